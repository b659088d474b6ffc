"""The inspection of pages sees each fault it is there for, and none on a good page."""

from __future__ import annotations

import pytest

from tests.inspection import of_page
from tests.pages import Page

GOOD = """<!doctype html><html lang="fr"><head><title>Samedi</title>
<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/app.css"></head>
<body><main><h1>Samedi à l’école</h1><h2 id="qui">Qui vient ?</h2>
<form method="post" action="/e/1"><input type="hidden" name="csrf_token" value="t">
<label for="nom">Prénom</label><input id="nom" name="nom" value="Awa" aria-describedby="qui">
<label>Enfants <select name="enfants"><option>0</option><option selected value="2">deux</option></select>
</label>
<label><input type="checkbox" name="pmr"> Fauteuil</label>
<button>Continuer</button></form>
<svg aria-hidden="true"><use href="/icons.svg#pin"></use></svg><a href="#qui">Plus haut</a>
</main></body></html>"""


def test_a_good_page_has_no_fault() -> None:
    assert of_page(Page(GOOD)) == []


@pytest.mark.parametrize(
    ("good", "bad", "fault"),
    [
        ("<!doctype html>", "", "it has no doctype"),
        ('lang="fr"', "", "its lang is ''"),
        ("<title>Samedi</title>", "<title></title>", "its title is empty"),
        ('<meta name="viewport" content="width=device-width">', "", "it does not fit a phone (no viewport)"),
        ("<h2 ", "<h1>Encore</h1><h2 ", "2 <h1> with text ['Samedi à l’école', 'Encore']"),
        ("h2", "h3", "<h3> 'Qui vient ?' comes after <h1>"),
        ('href="#qui"', 'href="#la"', "the link #la leads nowhere"),
        ('id="nom"', 'id="qui"', "id 'qui' stands 2 times"),
        ('for="nom"', 'for="nim"', "<input name='nom'> has no label"),
        ('aria-describedby="qui"', 'aria-describedby="la"', "aria-describedby='la' of <input> leads nowhere"),
        ('value="t"', 'value=""', "the form to '/e/1' has 0 CSRF tokens"),
        ("<button>Continuer", "<button>", "a <button> says nothing ({})"),
        ("<h2 ", '<h2 style="color:red" ', "<h2> has an inline style"),
        ("<h2 ", '<h2 onclick="go()" ', "<h2> has an inline script (onclick)"),
        ("<form", "<script>go()</script><form", "an inline script"),
        ('href="/app.css"', 'href="https://cdn.example/app.css"', "<link> loads https://cdn.example/app.css"),
        ("<form", '<img src="/a.png"><form', "the image '/a.png' has no alt"),
        ('<svg aria-hidden="true">', "<svg>", "a drawing is neither hidden from screen readers nor named"),
        ("Qui vient ?", "Bonjour %(name)s", "it shows '%(name)s' to people"),
        ("<form", '<script type="application/ld+json">{,}</script><form', "its JSON-LD cannot be read"),
    ],
)
def test_each_fault_is_seen(good: str, bad: str, fault: str) -> None:
    assert good in GOOD
    assert any(found.startswith(fault) for found in of_page(Page(GOOD.replace(good, bad)))), fault


def test_a_form_is_read_as_a_browser_would_send_it() -> None:
    form = Page(GOOD).form()
    assert (form.method, form.action) == ("POST", "/e/1")
    assert form.values == {"csrf_token": ["t"], "nom": ["Awa"], "enfants": ["2"]}
    form["pmr"] = "on"
    form["nom"] = "Binta"
    assert form.values == {"csrf_token": ["t"], "nom": ["Binta"], "enfants": ["2"], "pmr": ["on"]}
    with pytest.raises(KeyError):
        form["age"] = 3
