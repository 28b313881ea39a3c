"""HTTP side of captions and of uploads in parts; the rules are in content.caption_rules and content.multipart_rules."""

from content.caption_rules import Captions
from content.form_rules import UploadForm, WantedUpload
from content.multipart_rules import Multiparts
from domain import multiparts
from domain.multiparts import Multipart
from toolkit.http import Request, Response, accepted, created, no_content, ok


def shown_form(form: UploadForm) -> dict[str, object]:
    """The API's Upload."""
    return {
        "url": form.url,
        "fields": form.fields,
        "key": form.key,
        "maxBytes": form.most_bytes,
        "expiresAt": form.expires_at,
    }


def _lesson_of(request: Request) -> tuple[str, str]:
    return request.path["courseId"], request.path["lessonId"]


def _shown(multipart: Multipart) -> dict[str, object]:
    return {
        "uploadId": multipart.upload.upload_id,
        "fileName": multipart.file_name,
        "sizeBytes": multipart.size,
        "partBytes": multipart.part_bytes,
        "partCount": multipart.count,
        "expiresAt": multipart.expires_at,
    }


class UploadRoutes:
    """The operations, one method each."""

    def __init__(self, uploads: Multiparts, captions: Captions) -> None:
        self._uploads = uploads
        self._captions = captions

    def begin(self, request: Request) -> Response:
        """createMultipartUpload."""
        body = request.body
        wanted = WantedUpload(body.get("fileName"), body.get("mediaType"), body["sizeBytes"])
        course_id, lesson_id = _lesson_of(request)
        part_bytes = body.get("partBytes", multiparts.PART_BYTES)
        begun = self._uploads.begin(request.caller, course_id, lesson_id, wanted, part_bytes)
        path = f"/courses/{course_id}/lessons/{lesson_id}/uploads/{begun.upload.upload_id}/parts"
        return created({**_shown(begun), "key": begun.key}, path)

    def list_parts(self, request: Request) -> Response:
        """listUploadParts."""
        multipart, parts = self._uploads.sent(request.caller, *_lesson_of(request), request.path["uploadId"])
        items = [{"partNumber": number, "sizeBytes": parts[number].size} for number in sorted(parts)]
        return ok({**_shown(multipart), "items": items})

    def sign(self, request: Request) -> Response:
        """signUploadParts."""
        numbers = request.body["partNumbers"]
        urls = self._uploads.sign(request.caller, *_lesson_of(request), request.path["uploadId"], numbers)
        return ok(
            {"items": [{"partNumber": each.number, "sizeBytes": each.size, "url": each.url} for each in urls]}
        )

    def complete(self, request: Request) -> Response:
        """completeUpload."""
        course_id, lesson_id = _lesson_of(request)
        self._uploads.complete(request.caller, course_id, lesson_id, request.path["uploadId"])
        return accepted(
            {"uploadId": request.path["uploadId"]}, f"/courses/{course_id}/lessons/{lesson_id}/content"
        )

    def give_up(self, request: Request) -> Response:
        """giveUpUpload."""
        self._uploads.give_up(request.caller, *_lesson_of(request), request.path["uploadId"])
        return no_content()

    def put_captions(self, request: Request) -> Response:
        """putCaptions."""
        body = request.body or {}
        course_id, lesson_id = _lesson_of(request)
        form = self._captions.create_upload(
            request.caller,
            course_id,
            lesson_id,
            request.path["language"],
            label=body.get("label"),
            size_bytes=body.get("sizeBytes"),
        )
        return created(shown_form(form), f"/courses/{course_id}/lessons/{lesson_id}/content")

    def delete_captions(self, request: Request) -> Response:
        """deleteCaptions."""
        self._captions.delete(request.caller, *_lesson_of(request), request.path["language"])
        return no_content()
