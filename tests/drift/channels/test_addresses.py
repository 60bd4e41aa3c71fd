"""Only public addresses are reached, whatever way they are written in."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift.channels.addresses import METADATA, NOT_PUBLIC, PUBLIC_IPV6, find_obstacle, read_networks

PRIVATE = [
    "0.0.0.0",  # noqa: S104 -- an address to refuse
    "10.0.0.1",
    "100.64.0.1",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "192.0.0.192",
    "198.18.0.1",
    "203.0.113.5",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "168.63.129.16",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "2001:0:1:2:3:4:5:6",
    "2002:7f00:1::",
    "2001:db8::1",
    "3fff::1",
    "100::1",
    "4000::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
]
PUBLIC = ["1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.0", "172.15.0.1", "172.32.0.1", "223.255.255.255"]
PUBLIC_6 = ["2606:4700::1111", "2001:4860:4860::8888", "2a00:1450:4001::1", "2001:200::1"]
EVERYWHERE = (ip_network("0.0.0.0/0"), ip_network("::/0"))


@pytest.mark.parametrize("address", PRIVATE)
def test_what_is_not_public_is_refused(address: str) -> None:
    assert find_obstacle(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC + PUBLIC_6)
def test_what_is_public_is_reached(address: str) -> None:
    assert find_obstacle(ip_address(address)) is None


@given(st.ip_addresses(v=4))
def test_python_calls_public_what_is_reached_of_ipv4(address: IPv4Address) -> None:
    if find_obstacle(address) is None:
        assert address.is_global
        assert not any([address.is_private, address.is_multicast, address.is_reserved, address.is_loopback])


@given(st.ip_addresses(v=6) | st.integers(0, 2**125 - 1).map(lambda low: IPv6Address(low + 2**125)))
def test_python_calls_public_what_is_reached_of_ipv6(address: IPv6Address) -> None:
    if find_obstacle(address) is None:
        assert address in PUBLIC_IPV6
        assert address.is_global
        assert not any([address.is_private, address.is_multicast, address.is_reserved, address.is_link_local])


@given(st.sampled_from(list(NOT_PUBLIC)).flatmap(lambda network: st.ip_addresses(network=network)))
def test_every_address_of_every_network_in_the_table_is_refused(address: IPv4Address | IPv6Address) -> None:
    assert find_obstacle(address)


@given(st.ip_addresses(v=4))
def test_no_ipv4_address_is_reached_from_inside_ipv6(address: IPv4Address) -> None:
    for prefix in ("::", "::ffff:0:"):
        assert find_obstacle(ip_address(f"{prefix}{address}"))
    if address not in METADATA:
        for prefix in ("::ffff:", "64:ff9b::"):
            assert find_obstacle(ip_address(f"{prefix}{address}")) == "an IPv4 address inside IPv6"
    assert find_obstacle(IPv6Address((0x2002 << 112) | (int(address) << 80)))


@given(st.ip_addresses(v=4) | st.ip_addresses(v=6))
def test_what_is_allowed_is_reached_save_what_hands_out_keys(address: IPv4Address | IPv6Address) -> None:
    assert (find_obstacle(address, EVERYWHERE) is None) == (address not in METADATA)


@pytest.mark.parametrize("address", sorted(map(str, METADATA)))
def test_metadata_services_are_never_allowed(address: str) -> None:
    assert find_obstacle(ip_address(address), EVERYWHERE) == "a metadata service"
    if "." in address:
        for prefix in ("::ffff:", "64:ff9b::"):
            assert find_obstacle(ip_address(prefix + address), EVERYWHERE) == "a metadata service"


def test_an_allowed_network_opens_itself_alone() -> None:
    allowed = read_networks("10.1.0.0/16, ::1")
    assert find_obstacle(ip_address("10.1.2.3"), allowed) is None
    assert find_obstacle(ip_address("::1"), allowed) is None
    assert find_obstacle(ip_address("10.2.0.1"), allowed) == "a private network"


@pytest.mark.parametrize("text", ["10.0.0.1/8", "localhost", "10.0.0.0/40"])
def test_a_network_that_is_none_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="name networks such as"):
        read_networks(text)
