from django.apps import AppConfig


class AssessmentConfig(AppConfig):
    name = "taiping.assessment"
    verbose_name = "考核"
