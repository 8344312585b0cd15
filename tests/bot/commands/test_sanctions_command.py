"""``flask --app bot sanctions``: lists come in, people are compared, and it is measured."""

import json
from pathlib import Path

import pytest

from tests.core.screening import lists


@pytest.fixture
def sdn(tmp_path: Path) -> Path:
    path = tmp_path / "sdn.csv"
    path.write_bytes(lists.sdn().getvalue())
    return path


def test_a_list_is_taken_in_listed_and_compared_with(demo, sdn: Path) -> None:
    done = demo("sanctions", "import", "--format", "ofac-sdn", str(sdn), "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.output)[0]["entries"] == 4
    again = json.loads(
        demo("sanctions", "import", "--format", "ofac-sdn", str(sdn), "--json").output
    )
    assert again[0]["again"] is True and again[0]["version"] == 1
    rows = json.loads(demo("sanctions", "list", "--json").output)
    mine = [row for row in rows if row["list"] == "ofac-sdn"]
    assert (mine[0]["version"], mine[0]["added"]) == (1, 4)
    changes = demo("sanctions", "diff", "ofac-sdn", "1")
    assert "GRUMBOLDT, Ottokar" in changes.output and "added" in changes.output
    found = json.loads(
        demo(
            "sanctions", "screen", "Mwambao Kasimu Zuberi", "--born", "1958", "--country", "Yemen",
            "--json",
        ).output
    )  # fmt: skip
    assert (found[0]["key"], found[0]["band"]) == ("101", "block")
    assert "birth year equal +0.05" in found[0]["why"]
    assert "clear" in demo("sanctions", "screen", "Xylophone Qwertz").output
    told = demo("sanctions", "rescreen").output
    assert "compared, 0 hits" in told
    assert demo("sanctions", "rescreen").output.strip() == "nothing is new"
    assert "compared" in demo("sanctions", "rescreen", "--all").output


def test_what_is_typed_wrongly_is_told(demo, tmp_path: Path) -> None:
    broken = tmp_path / "broken.csv"
    broken.write_text("hello,world\n1,2\n")
    told = demo("sanctions", "import", "--format", "ofac-sdn", str(broken))
    assert told.exit_code == 1 and "list_broken" in told.output
    assert demo("sanctions", "screen", "A B", "--born", "someday").exit_code == 1
    people = tmp_path / "people.csv"
    people.write_text("name\nx\n")
    assert demo("sanctions", "evaluate", "--positives", str(people)).exit_code == 1


def test_it_is_measured(demo, sdn: Path, tmp_path: Path) -> None:
    demo("sanctions", "import", "--format", "ofac-sdn", str(sdn))
    listed, others = tmp_path / "listed.csv", tmp_path / "others.csv"
    head = "full_name,first_name,date_of_birth,nationality\n"
    listed.write_text(head + "KASIMU ZUBERI MWAMBAO,,1958,ye\nOTTOKAR GRUMBOLT,,1961-00-00,at\n")
    others.write_text(head + "Amina Otieno,,1991-05-17,Kenya\nJuma Mwangi,,,\n")
    told = demo(
        "sanctions", "evaluate", "--positives", str(listed), "--negatives", str(others),
        "--wrong", "4", "--missed", "--json",
    )  # fmt: skip
    rows = {row["who"]: row for row in json.loads(told.stdout)}
    assert (rows["positives"]["stopped"], rows["negatives"]["stopped"]) == (2, 0)
    assert rows["written wrongly"]["many"] == 4
