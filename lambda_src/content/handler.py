"""HTTP side of lessons' files. The rules are in content.rules."""

from typing import Any

from content.caption_rules import Captions
from content.config import Config
from content.form_rules import WantedUpload
from content.form_store import S3UploadForms
from content.multipart_rules import Multiparts
from content.multipart_store import S3Parts
from content.package_link_store import PackageAddresses
from content.rules import Content
from content.signing_store import CloudFrontUrlSigner
from content.store import ContentTable
from content.upload_routes import UploadRoutes, shown_form
from domain.people.revocation_store import RevocationTable
from toolkit.config import load
from toolkit.http import Request, Response, api_handler, created, ok

_MIB = 1024 * 1024

_config = load(Config)
_table = ContentTable(_config.courses_table, _config.course_progress_table)
_forms = S3UploadForms(_config.content_bucket)
_content = Content(
    _table,
    _forms,
    CloudFrontUrlSigner(
        kms_key_arn=_config.signing_key_arn,
        public_key_id=_config.signing_public_key_id,
        base_url=_config.content_base_url,
        valid_seconds=_config.premium_url_minutes * 60,
    ),
    PackageAddresses(
        secret_arn=_config.package_keys_arn,
        slot=_config.package_key_slot,
        base_url=_config.content_base_url,
    ),
    base_url=_config.content_base_url,
    most_bytes=_config.max_upload_mib * _MIB,
)


_uploads = UploadRoutes(
    Multiparts(_table, S3Parts(_config.content_bucket), most_bytes=_config.max_upload_mib * _MIB),
    Captions(_table, _forms),
)


def _create_lesson_upload(request: Request) -> Response:
    body = request.body or {}
    wanted = WantedUpload(body.get("fileName"), body.get("mediaType"), body.get("sizeBytes"))
    course_id, lesson_id = request.path["courseId"], request.path["lessonId"]
    form = _content.create_upload(request.caller, course_id, lesson_id, wanted)
    return created(
        shown_form(form),
        f"/courses/{course_id}/lessons/{lesson_id}/content",
    )


def _get_lesson_content(request: Request) -> Response:
    location = _content.locate(request.caller, request.path["courseId"], request.path["lessonId"])
    shown: dict[str, Any] = {
        "url": location.url,
        "premium": location.premium,
        "fileName": location.file_name,
        "expiresAt": location.expires_at,
        "kind": location.kind,
        "launchUrl": location.launch_url,
        "playerUrl": location.player_url,
        "needsStorage": location.needs_storage,
    }
    if location.captions is not None:
        shown["captions"] = [
            {"language": each.language, "label": each.label, "url": each.url} for each in location.captions
        ]
    return ok({name: value for name, value in shown.items() if value is not None})


handler = api_handler(
    _config,
    {
        "createLessonUpload": _create_lesson_upload,
        "getLessonContent": _get_lesson_content,
        "createMultipartUpload": _uploads.begin,
        "listUploadParts": _uploads.list_parts,
        "signUploadParts": _uploads.sign,
        "completeUpload": _uploads.complete,
        "giveUpUpload": _uploads.give_up,
        "putCaptions": _uploads.put_captions,
        "deleteCaptions": _uploads.delete_captions,
    },
    present_roles=RevocationTable(_config.user_profiles_table),
)
