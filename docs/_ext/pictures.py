"""Pictures in the gallery of `examples/`: a script draws them into the folder that it is given."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

from sphinx_gallery.scrapers import figure_rst

#: The examples, those of a world together.
ORDER = (
    "dependencies", "new_dependency", "drop_dependency", "risk", "import_cycle",
    "slower", "hot_route", "calls",
    "backprop", "gradient_descent", "vanishing", "attention", "skips", "forgetting", "why_it_said_that",
    "path_model", "mediation",
    "gallery",
)  # fmt: skip


class Order:
    """The order of the examples on the first page of the gallery."""

    def __init__(self, folder: str) -> None:
        del folder

    def __call__(self, name: str) -> int:
        """Return the place of a file."""
        return ORDER.index(Path(name).stem)


def folder(gallery_conf: dict[str, Any]) -> Path:
    return Path(gallery_conf["src_dir"]) / gallery_conf["gallery_dirs"] / "drawn"


def arguments(gallery_conf: dict[str, Any], script_vars: dict[str, Any]) -> list[str]:
    """Return what a script is called with: an empty folder for its pictures. It finds its data beside its own file."""
    name = Path(script_vars["src_file"]).name
    script_vars["example_globals"]["__file__"] = str(Path(gallery_conf["src_dir"]).parent / "examples" / name)
    drawn = folder(gallery_conf)
    shutil.rmtree(drawn, ignore_errors=True)
    drawn.mkdir(parents=True)
    return [os.path.relpath(drawn, Path(gallery_conf["src_dir"]).parent / "examples")]


def show(block: object, block_vars: dict[str, Any], gallery_conf: dict[str, Any]) -> str:
    """Return the lines that show what a script has drawn, each picture once."""
    shown = []
    for picture in sorted(folder(gallery_conf).glob("*.svg")):
        path = Path(next(block_vars["image_path_iterator"])).with_suffix(".svg")
        shutil.move(picture, path)
        shown.append(str(path))
    return figure_rst(shown, gallery_conf["src_dir"])
