"""The component page draws every component without a fault."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from ops_dashboard.people.models import User
from ops_dashboard.people.roles import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def html(client: Client) -> str:
    client.force_login(User.objects.create(username="erin", role=Role.ANALYST))
    response = client.get(reverse("patterns"))
    assert response.status_code == 200
    return response.content.decode()


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
