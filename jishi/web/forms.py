"""What the forms of all pages share."""

from django import forms

from jishi.kernel.errors import DomainError


class PageForm(forms.Form):
    """A plain form; the macros in components/form.html draw it."""

    required_css_class = "required"

    def blame(self, error: DomainError) -> None:
        """Put a DomainError at the field it names, or above the form."""
        field = error.field if error.field in self.fields else None
        self.add_error(field, error.message)
