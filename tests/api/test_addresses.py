"""The caller's address, honest about proxies."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from project.api.addresses import client_address, networks

OURS = networks(["10.0.0.0/8", "2001:db8::1"])


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "expected"),
    [
        ("203.0.113.7", "", "203.0.113.7"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),  # anyone can write that header
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.2.3.4, 198.51.100.1, 10.9.9.9", "198.51.100.1"),
        ("10.0.0.1", "10.0.0.2, 10.0.0.3", "10.0.0.2"),
        ("10.0.0.1", "nonsense", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1, nonsense", "10.0.0.1"),
        ("2001:db8::1", "2001:db8::9", "2001:db8::9"),
        ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("", "198.51.100.1", None),
    ],
)
def test_the_nearest_address_that_is_not_our_proxy(peer, forwarded_for, expected):
    assert client_address(peer, forwarded_for, OURS) == expected


def test_networks_that_cannot_be_read_are_refused():
    with pytest.raises(ImproperlyConfigured, match="TRUSTED_PROXIES"):
        networks(["10.0.0.0/8", "proxy.example"])
