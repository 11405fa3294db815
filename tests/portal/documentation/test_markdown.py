"""Markdown as the portal's HTML."""

from portal.documentation.markdown import page


def test_headings_can_be_linked_and_two_of_one_name_are_told_apart():
    made = page("## Errors of `Patient`\n\n## Errors\n\n## Errors\n")
    assert [each.id for each in made.headings] == ["errors-of-patient", "errors", "errors-2"]
    assert 'href="#errors-2"' in made.html


def test_html_in_a_text_is_shown_not_run():
    made = page("<script>alert(1)</script>\n\n[x](javascript:alert(1)) <b onclick=x>b</b>")
    assert "<script" not in made.html
    assert "<b" not in made.html
    assert 'href="javascript' not in made.html


def test_a_sample_has_a_name_and_can_be_copied_as_it_was_written():
    made = page('```sh Reading <one>\ncurl "a?b=1&c=2" # <x>\n```\n')
    assert 'aria-label="Reading &lt;one&gt;"' in made.html
    assert 'data-copy="sample-1"' in made.html
    assert "&lt;x&gt;" in made.html


def test_a_language_that_nobody_knows_is_plain_text():
    assert "<code>a &lt; b</code>" in page("```nonsense\na < b\n```").html


def test_a_quotation_that_begins_with_note_is_a_note():
    assert '<blockquote class="note">' in page("> **Note:** read this").html
    assert "<blockquote>" in page("> said somebody").html
