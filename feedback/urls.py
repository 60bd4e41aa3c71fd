"""Addresses of the pages on conversations and what was heard in them, under `/p/<project>/`."""

from django.urls import path, register_converter

from feedback import accuracy_views, agent_task_views, comparison_views, detector_views, judge_views, views
from feedback.pages.addresses import ConversationIdConverter

register_converter(ConversationIdConverter, "conversation_id")

urlpatterns = [
    path("", views.show_overview, name="overview"),
    path("conversations", views.show_conversations, name="conversations"),
    path("conversations/<conversation_id:conversation_id>", views.show_conversation, name="conversation"),
    path("tasks", agent_task_views.show_tasks, name="tasks"),
    path("comparisons", comparison_views.show_comparisons, name="comparisons"),
    path("datasets", views.show_datasets, name="datasets"),
    path("datasets/download", views.download_dataset, name="download_dataset"),
    path("settings/detectors", detector_views.show_detectors, name="detectors"),
    path("settings/detectors/accuracy", accuracy_views.show_accuracy, name="accuracy"),
    path("settings/detectors/change", detector_views.change_detectors, name="change_detectors"),
    path("settings/detectors/expect", detector_views.change_expectations, name="change_expectations"),
    path("settings/judge", judge_views.show_judge, name="judge"),
]
