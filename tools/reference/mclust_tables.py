"""Shrinks tables of BIC and ICL by R's mclust to what test/select.test.ts reads.

    python mclust_tables.py FOLDER > ../../test/fixtures/mclust-tables.json

FOLDER holds NAME.mclust.json: "bic" and "icl", by family a list over G = 1, 2, ...
"""

import json
import pathlib
import sys

FAMILIES = ["VVV", "EEE", "VVI", "VII"]

folder = pathlib.Path(sys.argv[1])
tables = {}
for name in ["iris", "faithful"]:
    reference = json.loads((folder / f"{name}.mclust.json").read_text())
    tables[name] = {
        criterion: {family: [round(value, 6) for value in reference[criterion][family]] for family in FAMILIES}
        for criterion in ["bic", "icl"]
    }
print(json.dumps(tables, indent=1))
