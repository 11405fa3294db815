"""What the form renderer promises to people who cannot see the page."""

from django import forms


class Sample(forms.Form):
    name = forms.CharField(label="Name", help_text="As on your card.")
    note = forms.CharField(label="Note", required=False)
    agree = forms.BooleanField(label="I agree")
    kind = forms.ChoiceField(
        label="Kind", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect
    )
    secret = forms.CharField(widget=forms.HiddenInput, required=False)


def test_label_help_and_field_belong_together():
    html = str(Sample())
    assert '<label for="id_name">Name</label>' in html
    assert 'aria-describedby="id_name_helptext"' in html
    assert 'id="id_name_helptext">As on your card.' in html


def test_only_what_may_be_left_out_says_so():
    html = str(Sample())
    assert html.count("(optional)") == 1


def test_an_error_is_wired_to_its_field():
    html = str(Sample({}))
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_error"' in html


def test_the_summary_is_an_alert_with_a_link_to_each_field():
    html = str(Sample({}))
    assert 'role="alert"' in html
    for target in ("#id_name", "#id_agree", "#id_kind_0"):
        assert f'href="{target}"' in html


def test_a_form_without_errors_has_no_summary():
    assert "error-summary" not in str(Sample())


def test_choices_stand_in_a_fieldset_with_a_legend():
    html = str(Sample())
    assert "<fieldset" in html
    assert "<legend>Kind</legend>" in html


def test_hidden_fields_are_sent_along():
    assert 'type="hidden" name="secret"' in str(Sample())


def test_an_error_of_the_whole_form_is_told():
    form = Sample({"name": "x", "agree": "on", "kind": "a"})
    form.add_error(None, "These two do not go together.")
    assert "These two do not go together." in str(form)
