"""Addresses of the pages on what changes and who is told of it, under `/p/<project>/`."""

from django.urls import path

from drift import alert_rule_views, alert_target_views, alert_views, event_views, report_views, settings_views, views

urlpatterns = [
    path("drift", views.show_drift, name="drift"),
    path("drift/events/<int:number>", event_views.show_event, name="drift_event"),
    path("drift/alarms/<int:number>", views.show_alarm, name="drift_alarm"),
    path("drift/alarms/<int:number>/accept", views.accept_drift_alarm, name="accept_drift_alarm"),
    path("drift/alarms/<int:number>/report", report_views.show_drift_report, name="drift_report"),
    path("drift/alarms/<int:number>/report/ask", report_views.ask_drift_report, name="ask_drift_report"),
    path("drift/alarms/<int:number>/report/state", report_views.show_drift_report_state, name="drift_report_state"),
    path("drift/alarms/<int:number>/report.html", report_views.show_drift_report_page, name="drift_report_page"),
    path("drift/alarms/<int:number>/report/download", report_views.download_drift_report, name="download_drift_report"),
    path("alerts", alert_views.show_inbox, name="alerts"),
    path("alerts/acknowledge", alert_views.acknowledge_alerts, name="acknowledge_alerts"),
    path("alerts/rules", alert_rule_views.show_rules, name="alert_rules"),
    path("alerts/rules/new", alert_rule_views.show_new_rule, name="new_alert_rule"),
    path("alerts/rules/add", alert_rule_views.add_alert_rule, name="add_alert_rule"),
    path("alerts/rules/preview", alert_rule_views.preview_alert_rule, name="preview_alert_rule"),
    path("alerts/rules/<int:pk>", alert_rule_views.show_rule, name="alert_rule"),
    path("alerts/rules/<int:pk>/change", alert_rule_views.change_alert_rule, name="change_alert_rule"),
    path("alerts/rules/<int:pk>/switch", alert_rule_views.switch_alert_rule, name="switch_alert_rule"),
    path("alerts/rules/<int:pk>/mute", alert_rule_views.mute_alert_rule, name="mute_alert_rule"),
    path("alerts/rules/<int:pk>/remove", alert_rule_views.remove_alert_rule, name="remove_alert_rule"),
    path("alerts/<int:number>", alert_views.show_one, name="alert"),
    path("alerts/<int:number>/acknowledge", alert_views.acknowledge_alert, name="acknowledge_alert"),
    path("alerts/<int:number>/mute", alert_views.mute_alert, name="mute_alert"),
    path("alerts/<int:number>/unmute", alert_views.unmute_alert, name="unmute_alert"),
    path("alerts/<int:number>/resolve", alert_views.resolve_alert, name="resolve_alert"),
    path("alerts/<int:number>/accept", alert_views.accept_alert, name="accept_alert"),
    path("alerts/<int:number>/notes", alert_views.note_alert, name="note_alert"),
    path("settings", settings_views.show_settings, name="settings"),
    path("settings/alert-targets", alert_target_views.show_targets, name="alert_targets"),
    path("settings/alert-targets/add", alert_target_views.add_alert_target, name="add_alert_target"),
    path("settings/alert-targets/<int:pk>", alert_target_views.show_one, name="alert_target"),
    path("settings/alert-targets/<int:pk>/change", alert_target_views.change_alert_target, name="change_alert_target"),
    path("settings/alert-targets/<int:pk>/switch", alert_target_views.switch_alert_target, name="switch_alert_target"),
    path("settings/alert-targets/<int:pk>/remove", alert_target_views.remove_alert_target, name="remove_alert_target"),
    path("settings/alert-targets/<int:pk>/test", alert_target_views.test_alert_target, name="test_alert_target"),
]
