"""Rules of accounts and memberships: whatever is done in whatever order, nobody gets a right that nobody gave."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from tests.pages.people import PASSWORD, make_user
from tracing.access.accounts import AccountError, create_account, find_account, normalise_email
from tracing.access.decisions import Actor, ActorKind
from tracing.access.invitations import accept_anew, accept_as, find_invitation, invite, revoke_invitation
from tracing.access.members import change_role, remove_member
from tracing.access.rights import Role
from tracing.models import Invitation, Membership, Project

OWNER = Actor(ActorKind.USER, "olga@example.org")
EMAILS = ("anna@example.org", "bo@example.org", "eve@example.org")
Place = tuple[str, str]


@pytest.mark.parametrize("text", ["a@b.org", " A@B.org\n", "Ａ@b.org", "\u00a0a@b.ORG"])
def test_one_e_mail_is_written_in_one_way(text: str) -> None:
    assert normalise_email(text) == "a@b.org"
    assert normalise_email(normalise_email(text)) == normalise_email(text)


@pytest.mark.usefixtures("project", "quick_passwords")
def test_an_e_mail_has_one_account_however_it_is_written() -> None:
    account = create_account("Anna@Example.org", PASSWORD)
    assert (account.username, account.email, account.is_superuser) == ("anna@example.org", "anna@example.org", False)
    assert find_account(" ANNA@example.org") == account
    with pytest.raises(AccountError, match="already"):
        create_account("anna@EXAMPLE.org", PASSWORD)


@pytest.mark.usefixtures("project", "quick_passwords")
@pytest.mark.parametrize("role", list(Role))
def test_an_invitation_is_for_its_e_mail_alone(role: Role) -> None:
    make_user(OWNER.name, Project.objects.get(), Role.OWNER)
    eve = make_user("eve@example.org")
    invitation, _ = invite(Project.objects.get(), "anna@example.org", role, OWNER)
    with pytest.raises(AccountError, match="anna"):
        accept_as(eve, invitation)
    assert find_invitation(invitation.digest)
    assert not Membership.objects.filter(user=eve).exists()


class Membering(RuleBasedStateMachine):
    """Two projects, three people: what the rules do is compared with what the model says was given."""

    def __init__(self) -> None:
        super().__init__()
        Membership.objects.all().delete()
        Invitation.objects.all().delete()
        User.objects.exclude(username=OWNER.name).delete()
        self.roles: dict[Place, Role] = {}
        self.links: dict[Place, tuple[Invitation, Role]] = {}
        self.spent: list[Invitation] = []

    places = st.tuples(st.sampled_from(EMAILS), st.sampled_from(["default", "other"]))
    roles_given = st.sampled_from(list(Role))

    @rule(place=places, role=roles_given)
    def invite(self, place: Place, role: Role) -> None:
        try:
            invitation, _ = invite(find_project(place), place[0].upper(), role, OWNER)
        except AccountError:
            assert place in self.roles
            return
        assert place not in self.roles
        self.spend(place)
        self.links[place] = (invitation, role)

    @precondition(lambda self: self.links)
    @rule(data=st.data())
    def accept(self, data: Any) -> None:
        place = data.draw(st.sampled_from(sorted(self.links)))
        invitation, role = self.links[place]
        enter(place[0], invitation)
        self.spend(place)
        self.roles.setdefault(place, role)

    @precondition(lambda self: self.spent)
    @rule(data=st.data())
    def use_a_link_that_is_over(self, data: Any) -> None:
        invitation = data.draw(st.sampled_from(self.spent))
        assert find_invitation(invitation.digest) is None
        with pytest.raises(AccountError):
            enter(invitation.email, invitation)

    @precondition(lambda self: self.links)
    @rule(data=st.data())
    def use_the_link_of_somebody_else(self, data: Any) -> None:
        place = data.draw(st.sampled_from(sorted(self.links)))
        for user in User.objects.exclude(username=place[0]):
            with pytest.raises(AccountError):
                accept_as(user, self.links[place][0])

    @precondition(lambda self: self.links)
    @rule(data=st.data())
    def revoke(self, data: Any) -> None:
        place = data.draw(st.sampled_from(sorted(self.links)))
        revoke_invitation(find_project(place), self.links[place][0].pk)
        self.spend(place)

    @precondition(lambda self: self.roles)
    @rule(data=st.data(), role=roles_given)
    def change(self, data: Any, role: Role) -> None:
        place = data.draw(st.sampled_from(sorted(self.roles)))
        change_role(find_project(place), find_number(place), role, OWNER)
        self.roles[place] = role

    @precondition(lambda self: self.roles)
    @rule(data=st.data())
    def remove(self, data: Any) -> None:
        place = data.draw(st.sampled_from(sorted(self.roles)))
        remove_member(find_project(place), find_number(place), OWNER)
        self.spend(place)
        del self.roles[place]

    @precondition(lambda self: self.roles)
    @rule(data=st.data(), role=roles_given)
    def reach_into_the_other_project(self, data: Any, role: Role) -> None:
        place = data.draw(st.sampled_from(sorted(self.roles)))
        other = Project.objects.exclude(slug=place[1]).get()
        with pytest.raises(AccountError):
            change_role(other, find_number(place), role, OWNER)

    def spend(self, place: Place) -> None:
        if place in self.links:
            self.spent.append(self.links.pop(place)[0])

    @invariant()
    def roles_are_those_that_were_given(self) -> None:
        rows = Membership.objects.values_list("user__username", "project__slug", "role")
        assert len(rows) == len(self.roles)
        assert {(email, slug): Role(role) for email, slug, role in rows} == self.roles

    @invariant()
    def nobody_became_an_administrator(self) -> None:
        assert not User.objects.exclude(username=OWNER.name).filter(is_superuser=True).exists()


def find_project(place: Place) -> Project:
    return Project.objects.get(slug=place[1])


def find_number(place: Place) -> int:
    return Membership.objects.get(user__username=place[0], project__slug=place[1]).pk


def enter(email: str, invitation: Invitation) -> None:
    """Accept as the pages do."""
    user = find_account(email)
    if user:
        accept_as(user, invitation)
    else:
        accept_anew(invitation, PASSWORD)


@pytest.mark.usefixtures("project", "quick_passwords")
def test_no_sequence_gives_two_memberships_or_a_role_that_nobody_gave() -> None:
    Project.objects.create(slug="other", name="Other")
    make_user(OWNER.name, superuser=True)
    run_state_machine_as_test(
        Membering,
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
