"""Writes every notebook below a folder as a script beside it, `x.ipynb` as `x.ipynb.py`.

Jupyter's own exporter does it; what it leaves of IPython's commands are calls of `get_ipython()`.
"""

import pathlib
import sys

import nbconvert
import nbformat

exporter = nbconvert.PythonExporter()
for path in sorted(pathlib.Path(sys.argv[1]).rglob("*.ipynb")):
    try:
        notebook = nbformat.read(path, as_version=4)
    except Exception as error:  # no notebook after all
        print(f"{path}: {error}", file=sys.stderr)
        continue
    script, _ = exporter.from_notebook_node(notebook)
    path.with_name(f"{path.name}.py").write_text(script)
