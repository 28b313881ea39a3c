"""A film with captions in a real browser, from the recording to a player that renews its link.

The browser itself records the film, so that no film has to be kept here.
"""

import json
from base64 import b64decode
from collections.abc import Iterator

import pytest

from tests.integration.samples.part_uploads import PartUpload, upload_captions
from tests.integration.support.browser import Browser, browser_of
from tests.integration.support.course_helpers import eventually, has_content, lesson, new_course
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import SharedUsers
from tests.integration.support.signed_url import ended

pytestmark = pytest.mark.intrusive

CUES = "WEBVTT\n\n00:00.000 --> 00:09.000\nGrüße aus Köln\n"
RECORD = """
const canvas = Object.assign(document.createElement("canvas"), {width: 64, height: 48});
const context = canvas.getContext("2d");
let frame = 0;
const drawing = setInterval(() => {
  context.fillStyle = `hsl(${frame++ * 7} 80% 50%)`;
  context.fillRect(0, 0, 64, 48);
}, 40);
const recorder = new MediaRecorder(canvas.captureStream(25), {mimeType: "video/webm;codecs=vp8"});
const parts = [];
recorder.ondataavailable = (event) => parts.push(event.data);
const ended = new Promise((resolve) => (recorder.onstop = resolve));
recorder.start();
await new Promise((resolve) => setTimeout(resolve, 3000));
recorder.stop();
await ended;
clearInterval(drawing);
const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
let text = "";
for (const each of bytes) text += String.fromCharCode(each);
return btoa(text);
"""
PLAY = """
const shown = SHOWN;
const video = document.createElement("video");
video.muted = true;
video.crossOrigin = "anonymous";
document.body.append(video);
for (const each of shown.captions) {
  const track = document.createElement("track");
  Object.assign(track, {kind: "captions", srclang: each.language, label: each.label, src: each.url});
  video.append(track);
  track.track.mode = "showing";
}
const event = (name) => new Promise((resolve) => video.addEventListener(name, resolve, {once: true}));
const reached = async (seconds) => {
  while (video.currentTime < seconds) await new Promise((resolve) => setTimeout(resolve, 20));
};
video.src = shown.url;
await video.play();
await reached(0.8);
const captions = [...video.textTracks[0].activeCues].map((cue) => cue.text);
const label = video.textTracks[0].label;
let sought = event("seeked");
video.currentTime = 0.2;
await sought;
const position = video.currentTime;
// The link has ended, and the distribution refuses it: the player notices an error, asks for a new link, and goes on
// from its position.
const failed = event("error");
video.src = shown.ended;
await failed;
video.src = shown.url;
await event("loadedmetadata");
sought = event("seeked");
video.currentTime = position;
await sought;
const renewed = video.currentTime;
await video.play();
await reached(position + 0.4);
return {captions, label, position, renewed, tracks: video.textTracks.length};
"""


@pytest.fixture(scope="module")
def chromium(deployed: Deployed) -> Iterator[Browser]:
    """The browser."""
    with browser_of(deployed) as running:
        yield running


def test_a_film_with_captions_plays_seeks_and_goes_on_with_a_new_link(
    deployed: Deployed, users: SharedUsers, chromium: Browser
) -> None:
    film = b64decode(chromium.run(deployed.origin, RECORD))
    course_id = new_course(users.owner, lessons={"film": lesson("video", premium=True)})
    path = f"/courses/{course_id}/lessons/film"
    sent = PartUpload(deployed, users.owner, path, film, mediaType="video/webm", fileName="Film.webm")
    sent.send(sent.numbers)
    sent.complete()
    upload_captions(deployed, users.owner, path, "de", CUES.encode())
    eventually(lambda: has_content(users.owner, path))
    shown = users.owner.get(f"{path}/content")
    shown["ended"] = ended(deployed, shown["url"])
    assert deployed.fetch(shown["ended"]).status_code == 403
    seen = chromium.run(deployed.origin, PLAY.replace("SHOWN", json.dumps(shown)))
    assert seen["captions"] == ["Grüße aus Köln"]
    assert (seen["label"], seen["tracks"]) == ("Deutsch", 1)
    assert seen["position"] == pytest.approx(0.2, abs=0.1)
    assert seen["renewed"] == pytest.approx(seen["position"], abs=0.1)
