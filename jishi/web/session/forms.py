from django import forms

from jishi.web.forms import PageForm


class LoginForm(PageForm):
    username = forms.CharField(label="用户名", max_length=60, error_messages={"required": "请填写用户名"})
    password = forms.CharField(
        label="密码",
        max_length=200,
        strip=False,
        widget=forms.PasswordInput,
        error_messages={"required": "请填写密码"},
    )
