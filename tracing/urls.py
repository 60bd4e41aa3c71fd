"""Addresses of the pages on what comes in, under `/p/<project>/`."""

from django.urls import path

from tracing import (
    audit_views,
    erasure_views,
    key_views,
    member_views,
    price_views,
    project_views,
    retention_views,
    setup_views,
    views,
)

urlpatterns = [
    path("dead-letters", views.show_dead_letters, name="dead_letters"),
    path("dead-letters/retry", views.insert_dead_letters, name="insert_dead_letters"),
    path("remove", views.remove_demo, name="remove_demo"),
    path("settings/audit", audit_views.show_audit, name="audit"),
    path("settings/audit.csv", audit_views.download_audit, name="download_audit"),
    path("settings/erasures", erasure_views.show_erasures, name="erasures"),
    path("settings/erasures/add", erasure_views.add_erasure, name="add_erasure"),
    path("settings/erasures/ask", erasure_views.ask_erasure, name="ask_erasure"),
    path("settings/invitations/<int:number>/revoke", member_views.revoke_member_invitation, name="revoke_invitation"),
    path("settings/keys", key_views.show_keys, name="keys"),
    path("settings/keys/add", key_views.add_key, name="add_key"),
    path("settings/keys/<int:number>/replace", key_views.replace_key, name="replace_key"),
    path("settings/keys/<int:number>/revoke", key_views.end_key, name="end_key"),
    path("settings/members", member_views.show_members, name="members"),
    path("settings/members/invite", member_views.invite_member, name="invite_member"),
    path("settings/members/<int:number>/remove", member_views.end_membership, name="end_membership"),
    path("settings/members/<int:number>/role", member_views.change_member_role, name="change_member_role"),
    path("settings/prices", price_views.show_prices, name="prices"),
    path("settings/prices/add", price_views.add_price, name="add_price"),
    path("settings/prices/apply", price_views.apply_prices, name="apply_prices"),
    path("settings/prices/<int:number>/remove", price_views.remove_price, name="remove_price"),
    path("settings/project", project_views.show_project_settings, name="project_settings"),
    path("settings/project/change", project_views.change_project, name="change_project"),
    path("settings/project/remove", project_views.end_project, name="end_project"),
    path("settings/retention", retention_views.show_retention, name="retention"),
    path("settings/retention/change", retention_views.change_retention, name="change_retention"),
    path("setup", setup_views.show_setup, name="setup"),
    path("setup/arrival", setup_views.show_arrival, name="setup_arrival"),
]
