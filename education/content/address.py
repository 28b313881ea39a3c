"""The address of a distribution: its certificate, and what links to it begin with."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from cdktf import Fn
from cdktf_cdktf_provider_aws.cloudfront_distribution import CloudfrontDistributionViewerCertificate

from education.settings.model import EnvironmentSettings

MINIMUM_TLS = "TLSv1.2_2021"


def viewer_certificate(certificate_arn: str | None) -> CloudfrontDistributionViewerCertificate:
    """The environment's own certificate, or CloudFront's; with CloudFront's, only a function refuses old TLS."""
    if certificate_arn is None:
        return CloudfrontDistributionViewerCertificate(cloudfront_default_certificate=True)
    return CloudfrontDistributionViewerCertificate(
        acm_certificate_arn=certificate_arn,
        minimum_protocol_version=MINIMUM_TLS,
        ssl_support_method="sni-only",
    )


def base_url(settings: EnvironmentSettings, domain_name: str, aliases: Sequence[str]) -> str:
    """What addresses at a distribution begin with, without a trailing slash: the first alias, if there is one."""
    if settings.local_endpoint is not None:
        port = urlsplit(settings.local_endpoint).port
        if aliases:
            return f"http://{aliases[0]}:{port}"
        # The AWS emulator serves `<label>.cloudfront.net` under a name that resolves to this machine.
        local = f".cloudfront.localhost:{port}"
        return f"http://{Fn.replace(domain_name, '.cloudfront.net', local)}"
    return f"https://{aliases[0] if aliases else domain_name}"
