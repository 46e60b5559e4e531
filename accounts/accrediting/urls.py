"""Addresses of the accreditation pages, included in those of the accounts room."""

from django.urls import include, path

from accounts.views import accreditation, applications, decisions

_ORGANISATION = [
    path("", accreditation.accreditation, name="accreditation"),
    path("apply/", accreditation.start_application, name="start-application"),
    path("sanction/", decisions.sanction, name="sanction-organisation"),
    path("withdraw/", decisions.withdraw, name="withdraw-accreditation"),
]
_APPLICATION = [
    path("", applications.application, name="application"),
    path("people/", accreditation.name_applicant, name="name-applicant"),
    path("evidence/<slug:kind>/", applications.evidence, name="evidence"),
    path("evidence/<slug:kind>/remove/", applications.remove_evidence, name="remove-evidence"),
    path("answer/", applications.answer, name="answer-question"),
    path("submit/", applications.submit, name="submit-application"),
    path("give-up/", applications.give_up, name="give-up-application"),
    path("take/", decisions.take, name="take-application"),
    path("ask/", decisions.ask, name="ask-question"),
    path("approve/", decisions.approve, name="approve-application"),
    path("refuse/", decisions.refuse, name="refuse-application"),
]

urlpatterns = [
    path("organisations/new/", accreditation.create_organisation, name="create-organisation"),
    path("organisations/<uuid:key>/accreditation/", include(_ORGANISATION)),
    path("accreditation/", applications.own_accreditation, name="own-accreditation"),
    path("accreditation/applications/", decisions.queue, name="applications"),
    path("accreditation/applications/<uuid:key>/", include(_APPLICATION)),
    path("accreditation/evidence/<uuid:key>/", applications.evidence_file, name="evidence-file"),
]
