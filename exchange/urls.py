"""The addresses of imports and of files to download."""

from django.urls import path

from exchange.views import files, imports

urlpatterns = [
    path("imports/", imports.imports, name="imports"),
    path("imports/<int:pk>/", imports.one_import, name="import"),
    path("imports/<int:pk>/confirmation/", imports.confirm, name="import_confirmation"),
    path("imports/templates/<str:noun>.<str:form>", files.template, name="import_template"),
    path("exports/<str:noun>.<str:form>", files.download, name="export"),
]
