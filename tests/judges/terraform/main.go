// Reads a file in Terraform's language by HashiCorp's own parser, and says in a line of JSON whether it is formatted as
// `terraform fmt` has it, and what each resource's attributes come to. What the parser objects to goes to standard error, with status 1.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

func main() {
	source, err := os.ReadFile(os.Args[1])
	if err != nil {
		refuse(err)
	}
	resources, diagnostics := evaluate(os.Args[1], source)
	if len(diagnostics) > 0 {
		refuse(diagnostics)
	}
	canonical := bytes.Equal(hclwrite.Format(source), source)
	if err := json.NewEncoder(os.Stdout).Encode(map[string]any{"canonical": canonical, "resources": resources}); err != nil {
		refuse(err)
	}
}

// evaluate gives the attributes of each resource, by its type and name. The id of a resource is its type and name.
func evaluate(name string, source []byte) (map[string]map[string]ctyjson.SimpleJSONValue, hcl.Diagnostics) {
	file, diagnostics := hclsyntax.ParseConfig(source, name, hcl.InitialPos)
	if diagnostics.HasErrors() {
		return nil, diagnostics
	}
	content, diagnostics := file.Body.Content(&hcl.BodySchema{
		Blocks: []hcl.BlockHeaderSchema{{Type: "resource", LabelNames: []string{"type", "name"}}},
	})
	variables := map[string]map[string]cty.Value{}
	for _, block := range content.Blocks {
		kind, name := block.Labels[0], block.Labels[1]
		if variables[kind] == nil {
			variables[kind] = map[string]cty.Value{}
		}
		variables[kind][name] = cty.ObjectVal(map[string]cty.Value{"id": cty.StringVal(kind + "." + name)})
	}
	context := &hcl.EvalContext{
		Variables: map[string]cty.Value{},
		Functions: map[string]function.Function{"jsonencode": stdlib.JSONEncodeFunc},
	}
	for kind, names := range variables {
		context.Variables[kind] = cty.ObjectVal(names)
	}
	resources := map[string]map[string]ctyjson.SimpleJSONValue{}
	for _, block := range content.Blocks {
		attributes, more := block.Body.JustAttributes()
		diagnostics = append(diagnostics, more...)
		values := map[string]ctyjson.SimpleJSONValue{}
		for name, attribute := range attributes {
			value, more := attribute.Expr.Value(context)
			diagnostics = append(diagnostics, more...)
			values[name] = ctyjson.SimpleJSONValue{Value: value}
		}
		resources[block.Labels[0]+"."+block.Labels[1]] = values
	}
	return resources, diagnostics
}

func refuse(why error) {
	fmt.Fprintln(os.Stderr, why)
	os.Exit(1)
}
