"""The addresses that no rule about addresses applies to: the setting `api.allowed_addresses`, as IP sets of AWS WAF."""

from ipaddress import ip_network
from typing import Any, Literal

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.wafv2_ip_set import Wafv2IpSet
from constructs import Construct

from education.environment import Environment

Statement = dict[str, Any]
Scope = Literal["REGIONAL", "CLOUDFRONT"]


class AllowedAddresses(Construct):
    """An IP set for each version of IP that the setting has addresses of, `education-<what>-ipv4-<suffix>`."""

    def __init__(
        self,
        construct: Construct,
        id: str,
        *,
        env: Environment,
        what: str,
        scope: Scope,
        provider: TerraformProvider | None,
    ) -> None:
        super().__init__(construct, id)
        networks = [ip_network(each) for each in env.settings.api.allowed_addresses]
        self._sets = [
            Wafv2IpSet(
                self,
                f"ipv{version}",
                name=env.names.of(f"{what}-ipv{version}"),
                description="Schools that many people share an address of",
                scope=scope,
                ip_address_version=f"IPV{version}",
                # In full, as WAF answers it: a shorter form of IPv6 would differ in every plan.
                addresses=[each.exploded for each in networks if each.version == version],
                provider=provider,
            )
            for version in (4, 6)
            if any(each.version == version for each in networks)
        ]

    def exempt(self, *statements: Statement) -> Statement | None:
        """Where all `statements` match, but not for these addresses. None if that is everything."""
        others = [
            {"not_statement": {"statement": {"ip_set_reference_statement": {"arn": each.arn}}}}
            for each in self._sets
        ]
        parts = [*statements, *others]
        if len(parts) > 1:
            return {"and_statement": {"statement": parts}}
        return parts[0] if parts else None
