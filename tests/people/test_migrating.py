"""Operations done together leave what they would leave one by one."""

import pytest
from django.db import connection, models
from django.db.migrations import CreateModel
from django.db.migrations.state import ProjectState

from ops_dashboard.people.migrating import Together

pytestmark = pytest.mark.django_db

ID = ("id", models.BigAutoField(primary_key=True))
LEAF = CreateModel("Leaf", [ID, ("tree", models.ForeignKey("t.Tree", models.CASCADE))])
TREE = CreateModel("Tree", [ID, ("best", models.OneToOneField("t.Leaf", models.CASCADE))])


def tables() -> set[str]:
    return {name for name in connection.introspection.table_names() if name.startswith("t_")}


def test_models_made_together_may_point_at_one_another_and_go_together() -> None:
    before, after = ProjectState(), ProjectState()
    both = Together(LEAF, TREE)
    both.state_forwards("t", after)
    with connection.schema_editor() as editor:
        both.database_forwards("t", editor, before, after)
    assert tables() == {"t_leaf", "t_tree"}
    with connection.cursor() as cursor:
        links = [sorted(connection.introspection.get_relations(cursor, name).items()) for name in ("t_leaf", "t_tree")]
    assert links == [[("tree_id", ("id", "t_tree"))], [("best_id", ("id", "t_leaf"))]]
    with connection.schema_editor() as editor:
        both.database_backwards("t", editor, after, before)
    assert tables() == set()


def test_a_state_drawn_up_before_knows_them_after() -> None:
    state = ProjectState()
    assert not list(state.apps.get_models())
    Together(LEAF, TREE).state_forwards("t", state)
    assert {model.__name__ for model in state.apps.get_models()} == {"Leaf", "Tree"}


def test_it_says_what_it_makes() -> None:
    both = Together(LEAF, TREE)
    assert both.describe() == "Create model Leaf; Create model Tree"
    assert both.references_model("leaf", "t")
    assert both.deconstruct() == ("Together", [LEAF, TREE], {})
