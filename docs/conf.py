"""The site of the documentation: `python -m sphinx -W --keep-going docs build/site` makes it, warnings are errors.

Pages are Markdown, which a forge shows too. Made at each build, and not kept: one page a verb and one a public name
(`docs/_ext/reference.py`), and the gallery of `examples/`, whose scripts are run.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

DOCS = Path(__file__).parent
sys.path[:0] = [str(DOCS / "_ext"), str(DOCS.parent)]

from graphdiff import __version__  # noqa: E402

project = "graphdiff"
author = "The graphdiff developers"
copyright = "The graphdiff developers"
version = release = __version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "mathml",
    "sphinx_copybutton",
    "sphinx_gallery.gen_gallery",
    "reference",
]
root_doc = "index"
exclude_patterns = ["_ext", "_static", "Thumbs.db"]
html_math_renderer = "mathml"
html_theme = "furo"
html_title = "graphdiff"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_favicon = "_static/graph.svg"
smartquotes = False  # which makes one sign of the two of --option
default_role = "py:obj"

myst_enable_extensions = ["dollarmath", "colon_fence", "deflist"]
myst_heading_anchors = 4
myst_links_external_new_tab = False

numpydoc_show_class_members = False
numpydoc_xref_param_type = False
autosummary_generate = True
autodoc_typehints = "none"
autodoc_member_order = "bysource"
add_module_names = False

#: What an example needs that not every machine has; where it is missing its code is shown, not run.
NEEDED = {"attention": "autograd", "forgetting": "torch", "skips": "torch"}
missing = [name for name, package in NEEDED.items() if find_spec(package) is None]
sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "gallery",
    "filename_pattern": "|".join(
        rf"/{path.stem}\.py" for path in (DOCS.parent / "examples").glob("*.py") if path.stem not in missing
    ),
    "ignore_pattern": "notebooks",
    "within_subsection_order": "pictures.Order",
    "default_thumb_file": str(DOCS / "_static" / "graph.svg"),
    "image_scrapers": "pictures.show",
    "reset_argv": "pictures.arguments",
    "reset_modules": (),
    "abort_on_example_error": True,
    "download_all_examples": False,
    "show_memory": False,
    "show_signature": False,
    "min_reported_time": 1e9,
    "write_computation_times": False,
    "remove_config_comments": True,
    "plot_gallery": "True",
}
