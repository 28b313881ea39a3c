"""Called with the changes of the courses table; brings students' records in line with them."""

from followups.config import Config
from followups.operations import follow
from followups.table import Roster
from shared.config import load
from shared.courses import Course
from shared.streams import Change, stream_handler

_config = load(Config)
_roster = Roster(
    courses_table=_config.courses_table,
    progress_table=_config.course_progress_table,
    profiles_table=_config.user_profiles_table,
    shards=_config.roster_shards,
)


def _act(change: Change) -> None:
    # A new course has no students, and none is ever deleted.
    if change.before is not None and change.after is not None:
        follow(_roster, Course.from_stored(change.before), Course.from_stored(change.after))


handler = stream_handler(_config, _act)
