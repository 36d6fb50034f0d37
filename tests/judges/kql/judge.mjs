// Has Microsoft's own language service judge a query in KQL, against a schema.
//
// usage: judge.mjs SCHEMA QUERY     SCHEMA is {"TABLE": "COLUMN: TYPE, …"}
// Prints a line of JSON: everything the service objects to, and the columns that come of the query.

import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
// The second extends what the first puts into the global object.
require("@kusto/language-service-next/bridge.min.js");
require("@kusto/language-service-next/Kusto.Language.Bridge.min.js");
const { Language } = globalThis.Kusto;
const { Symbols } = Language;

const [schema, query] = [JSON.parse(process.argv[2]), process.argv[3]];
const tables = Object.entries(schema).map(([name, columns]) => new Symbols.TableSymbol.$ctor7(name, `(${columns})`, null));
const database = new Symbols.DatabaseSymbol.$ctor1("workspace", tables);
const code = Language.KustoCode.ParseAndAnalyze(query, Language.GlobalState.Default.WithDatabase(database));

// Lists are .NET's, as its compiler to JavaScript has them.
const listed = (list) => Array.from({ length: list.Count }, (_, index) => list.getItem(index));
const objections = listed(code.GetDiagnostics()).map(
    ({ Code, Severity, Message, Start, Length }) => ({ Code, Severity, Message, at: query.slice(Start, Start + Length) }),
);
const columns = code.ResultType?.Columns ? listed(code.ResultType.Columns).map(({ Name, Type }) => `${Name}: ${Type.Name}`) : null;
console.log(JSON.stringify({ objections, columns }));
