"""The component page draws every component without a fault."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ops_dashboard.environment import PROJECT
from ops_dashboard.metrics.templatetags import components
from ops_dashboard.people.models import User
from ops_dashboard.people.roles import Role

pytestmark = pytest.mark.django_db
TEMPLATES, KINDS = PROJECT / "templates", ("components", "panels")


@pytest.fixture
def answer(client: Client) -> Any:
    components._drawn.cache_clear()  # what is kept as HTML is not drawn from its template again
    client.force_login(User.objects.create(username="erin", role=Role.ANALYST))
    response = client.get(reverse("patterns"))
    assert response.status_code == 200
    return response


@pytest.fixture
def html(answer: Any) -> str:
    return str(answer.content.decode())


def test_every_template_of_a_component_or_a_panel_is_drawn(answer: Any) -> None:
    kept = {path.relative_to(TEMPLATES).as_posix() for kind in KINDS for path in (TEMPLATES / kind).glob("*.html")}
    assert kept - {template.name for template in answer.templates} == set()


def test_the_parts_of_lists_and_forms_are_shown_as_pages_have_them(html: str) -> None:
    assert html.count('<p class="problem-words" role="alert">This team has a goal from that day on already.</p>') == 2
    assert html.count("Ensure this value is less than or equal to 100.") == 2
    assert html.count(">Older</a>") == html.count(">Next page</a>") == 2
    assert html.count("The demo organisation is still arriving") == 2
    assert html.count("865 unsolved now.") == 2  # 412 + 198 + 121 + 87 + 31 + 12 + 4
    assert html.count("Backlog from 842 to 865") == 2  # 842 + 3,204 + 118 - 3,271 - 28


def test_nothing_is_inline(html: str) -> None:
    assert re.findall(r"<style|\sstyle=|\son\w+=|javascript:", html) == []
    scripts = re.findall(r"<script\b([^>]*)>", html)
    assert all("src=" in attributes or 'type="application/json"' in attributes for attributes in scripts)


def test_no_id_stands_twice(html: str) -> None:
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert sorted(ids) == sorted(set(ids))


def test_what_a_button_opens_is_there(html: str) -> None:
    targets = set(re.findall(r'popovertarget="([^"]+)"', html))
    assert targets <= set(re.findall(r'\sid="([^"]+)"', html))


def test_markup_in_a_label_is_shown_as_text(html: str) -> None:
    assert "<urgent>" not in html and "Safety appeals &lt;urgent&gt;" in html


def test_every_chart_has_a_name_a_role_and_its_rows(html: str) -> None:
    figures = re.findall(r'<figure class="chart">.*?</figure>', html, re.S)
    assert len(figures) == 6  # three in each theme
    for figure in figures:
        assert re.search(r'role="img" aria-label="[^"]{10,}"', figure)
        assert figure.count("<tr>") > 8


def test_both_themes_are_shown(html: str) -> None:
    assert re.findall(r'class="themed stack" data-theme="(\w+)"', html) == ["light", "dark"]
