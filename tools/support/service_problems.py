"""A refusal of AWS or a failure of the network, as one sentence for a person. Other errors are defects of ours."""

import requests
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, PartialCredentialsError

SERVICE_PROBLEMS = (BotoCoreError, ClientError, requests.RequestException)


def service_message(problem: Exception) -> str:
    """One sentence: what was refused or not answered, and why."""
    if isinstance(problem, ClientError):
        error = problem.response.get("Error", {})
        why = " ".join(str(error.get("Message") or "without a reason").split())
        return f"AWS refused {problem.operation_name} ({error.get('Code', 'unknown')}): {why.rstrip('.')}."
    if isinstance(problem, requests.RequestException):
        where = problem.request.url if problem.request is not None else "a server"
        return f"{where} did not answer ({type(problem).__name__})."
    if isinstance(problem, NoCredentialsError | PartialCredentialsError):
        return "no AWS credentials found; sign in (for example aws sso login) or set AWS_PROFILE."
    return f"{' '.join(str(problem).split()).rstrip('.')}."
