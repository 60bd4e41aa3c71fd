"""Addresses of the pages on conversations and what was heard in them, under `/p/<project>/`."""

from django.urls import path, register_converter

from feedback import (
    accuracy_views,
    agent_task_views,
    asking_views,
    comparison_views,
    confirmation_views,
    contradiction_views,
    detector_views,
    failure_mode_views,
    holdout_views,
    judge_views,
    label_views,
    return_views,
    views,
)
from feedback.pages.addresses import ConversationIdConverter

register_converter(ConversationIdConverter, "conversation_id")

urlpatterns = [
    path("", views.show_overview, name="overview"),
    path("conversations", views.show_conversations, name="conversations"),
    path("conversations/<conversation_id:conversation_id>", views.show_conversation, name="conversation"),
    path("signals/judge", confirmation_views.judge_signal, name="judge_signal"),
    path("signals/missed", confirmation_views.add_missed_signal, name="add_missed_signal"),
    path("conversation-outcome", label_views.judge_outcome, name="judge_outcome"),
    path("failure-modes", failure_mode_views.show_failure_modes, name="failure_modes"),
    path("failure-modes/merge", failure_mode_views.merge_failure_modes, name="merge_failure_modes"),
    path("failure-modes/<int:number>", failure_mode_views.show_failure_mode, name="failure_mode"),
    path("failure-modes/<int:number>/name", failure_mode_views.rename_failure_mode, name="rename_failure_mode"),
    path("failure-modes/<int:number>/owner", failure_mode_views.own_failure_mode, name="own_failure_mode"),
    path("failure-modes/<int:number>/ticket", failure_mode_views.link_failure_mode, name="link_failure_mode"),
    path("failure-modes/<int:number>/notes", failure_mode_views.note_failure_mode, name="note_failure_mode"),
    path("failure-modes/<int:number>/resolve", failure_mode_views.resolve_failure_mode, name="resolve_failure_mode"),
    path("failure-modes/<int:number>/ignore", failure_mode_views.ignore_failure_mode, name="ignore_failure_mode"),
    path("failure-modes/<int:number>/reopen", failure_mode_views.reopen_failure_mode, name="reopen_failure_mode"),
    path("failure-modes/<int:number>/split", failure_mode_views.split_failure_mode, name="split_failure_mode"),
    path("tasks", agent_task_views.show_tasks, name="tasks"),
    path("comparisons", comparison_views.show_comparisons, name="comparisons"),
    path("failure-modes/contradictions", contradiction_views.show_contradictions, name="contradictions"),
    path("returns", return_views.show_returns, name="returns"),
    path("returns/goal", return_views.change_goal, name="change_goal"),
    path("datasets", views.show_datasets, name="datasets"),
    path("datasets/download", views.download_dataset, name="download_dataset"),
    path("datasets/holdout", holdout_views.change_holdout, name="change_holdout"),
    path("settings/detectors", detector_views.show_detectors, name="detectors"),
    path("settings/detectors/accuracy", accuracy_views.show_accuracy, name="accuracy"),
    path("settings/detectors/change", detector_views.change_detectors, name="change_detectors"),
    path("settings/detectors/expect", detector_views.change_expectations, name="change_expectations"),
    path("settings/detectors/take", detector_views.take_threshold, name="take_threshold"),
    path("settings/detectors/follow", detector_views.change_following, name="change_following"),
    path("settings/asking", asking_views.show_asking, name="asking"),
    path("settings/asking/change", asking_views.change_asking, name="change_asking"),
    path("settings/judge", judge_views.show_judge, name="judge"),
]
