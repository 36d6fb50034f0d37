"""Parses a template in Bicep, and prints what is in it as a line of JSON. What the parser objects to goes to standard error, with status 1.

usage: judge.py FILE
"""

import json
import sys
from pathlib import Path

from lark.exceptions import UnexpectedInput
from pycep import BicepParser

try:
    print(json.dumps(BicepParser().parse(file_path=Path(sys.argv[1]))))
except UnexpectedInput as objection:
    sys.exit(str(objection))
