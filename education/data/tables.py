"""The tables of the platform's own data: profiles, courses, and what students have learned.

Only keys and indexes are defined here; the shapes of items belong to `lambda_src/domain`. Each index names the
question that it answers.
"""

from collections.abc import Mapping

from constructs import Construct

from education.data.table import Index, Table, make_table
from education.encryption import CustomerKey
from education.environment import Environment

# What a list shows of a course besides keys. The lessons are not in it, only their number. A change of anything else
# does not write an index.
_IN_LISTS = (
    "title",
    "summary",
    "status",
    "version",
    "lessonCount",
    "updatedAt",
    "capacity",
    "opensAt",
    "closesAt",
)
# Further, what decides who sees a course in a list of own courses. `courseOwnerId` is in the items of co-teachers
# (lambda_src/domain/staff.py).
_FOR_TEACHERS = ("publishedAt", "archivedFrom", "staff", "courseOwnerId")
# The same in the version before, which read the lessons as well.
_FORMERLY_IN_THE_CATALOGUE = (
    "title",
    "summary",
    "status",
    "ownerId",
    "version",
    "lessons",
    "createdAt",
    "updatedAt",
    "capacity",
    "opensAt",
    "closesAt",
)
_FORMERLY_OF_OWNERS = ("title", "status", "updatedAt")
# What a roster shows of a student, and no more: a write of anything else does not write the index. `score` and
# `totalSeconds` are what packages report. Of a student who waits, the index has the time, and the percentage beside it
# (lambda_src/domain/enrollments/model.py). The name and the address are copies from the
# profile (lambda_src/domain/rosters/contacts.py).
_IN_THE_ROSTER = (
    "status",
    "enrolledAt",
    "lastActivityAt",
    "completedAt",
    "waitlistedAt",
    "keptPercentage",
    "score",
    "totalSeconds",
    "displayName",
    "email",
)
# The indexes of courses in the version before.
_FORMER_INDEXES_OF_COURSES = (
    Index("catalogue-index", "catalogue", "publishedAt", attributes=_FORMERLY_IN_THE_CATALOGUE),
    Index("owner-index", "ownerId", "createdAt", attributes=_FORMERLY_OF_OWNERS),
)
# What a student's own list shows of each enrolment.
_IN_OWN_LISTS = (
    "courseTitle",
    "status",
    "completionPercentage",
    "keptPercentage",
    "enrolledAt",
    "lastLessonId",
)
# The roster's indexes until the setting `records.former_indexes` drops them. One had the whole record, the one after it
# neither name nor address.
_FORMER_INDEXES_OF_PROGRESS = (
    Index("course-completion-index", "courseShard", "completionPercentage"),
    Index(
        "course-roster-index",
        "courseShard",
        "completionPercentage",
        attributes=tuple(name for name in _IN_THE_ROSTER if name not in ("displayName", "email")),
    ),
)

# What replaces each former index, by table (tools/deploy/index_moves.py).
SUCCESSORS = {
    "courses": {"catalogue-index": "published-courses-index", "owner-index": "owned-courses-index"},
    "course-progress": {
        "course-completion-index": "course-students-index",
        "course-roster-index": "course-students-index",
    },
}


class Tables(Construct):
    """The tables `education-user-profiles-<suffix>`, `education-courses-…`, `education-course-progress-…`,
    `education-positions-…` and `education-runtime-…`.

    Attributes:
        positions: the resume positions. Most writes of the platform go there, so it has no index and no stream.
        runtime: what interactive packages have saved, every few seconds while they run; also without index and stream.
        variables: the environment variables of a function that uses the other three.
        outputs: the names of the tables, for the stack's outputs.
    """

    def __init__(self, scope: Construct, id: str, *, env: Environment, key: CustomerKey) -> None:
        super().__init__(scope, id)
        self.profiles = make_table(
            self,
            "user-profiles",
            env=env,
            key=key,
            what="user-profiles",
            label="profiles",
            variable="USER_PROFILES_TABLE",
            hash_key="userId",
            indexes=[
                # email-index: the person behind an e-mail address, for an operator who helps that person. Bulk
                # enrolment does not use it, because it is a moment behind (lambda_src/domain/addresses/rules.py).
                Index("email-index", "email", attributes=()),
                # address-owner-index: the addresses of a person, which a new address or an erasure sets free.
                Index("address-owner-index", "owner", attributes=()),
            ],
            # The stream tells the erasure function of erasure requests, and the followups function of changed
            # names; they need only the item after the change.
            stream="NEW_IMAGE",
            # Tombstones expire (lambda_src/domain/people/tombstones.py).
            expires=True,
        )
        self.courses = make_table(
            self,
            "courses",
            env=env,
            key=key,
            what="courses",
            label="courses",
            variable="COURSES_TABLE",
            hash_key="courseId",
            indexes=[
                # published-courses-index: the catalogue, newest first. Only a published course has `catalogue`.
                Index(
                    "published-courses-index",
                    "catalogue",
                    "publishedAt",
                    attributes=(*_IN_LISTS, "ownerId", "createdAt"),
                ),
                # owned-courses-index: the courses that a person owns or co-teaches, newest first.
                Index("owned-courses-index", "ownerId", "createdAt", attributes=(*_IN_LISTS, *_FOR_TEACHERS)),
                *(_FORMER_INDEXES_OF_COURSES if env.settings.records.former_indexes else ()),
            ],
            stream="NEW_AND_OLD_IMAGES",
        )
        self.progress = make_table(
            self,
            "course-progress",
            env=env,
            key=key,
            what="course-progress",
            label="progress",
            variable="COURSE_PROGRESS_TABLE",
            hash_key="userId",
            range_key="courseId",
            indexes=[
                # course-students-index: the roster of a course, furthest first. Its key `<courseId>#<shard>` spreads a
                # course of a million students over several partitions, each of which takes 1,000 writes a second.
                Index(
                    "course-students-index", "courseShard", "completionPercentage", attributes=_IN_THE_ROSTER
                ),
                # student-enrollments-index: the enrolments of a student. It has the keys of the table, and not the
                # completed lessons of each course.
                Index("student-enrollments-index", "userId", "courseId", attributes=_IN_OWN_LISTS),
                *(_FORMER_INDEXES_OF_PROGRESS if env.settings.records.former_indexes else ()),
            ],
            number_attributes={"completionPercentage"},
            stream="NEW_AND_OLD_IMAGES",
        )
        self.positions = make_table(
            self,
            "positions",
            env=env,
            key=key,
            what="positions",
            label="positions",
            variable="POSITIONS_TABLE",
            hash_key="userId",
            # <courseId>#<lessonId>: the positions of a student in a course are one query.
            range_key="courseLesson",
        )
        self.runtime = make_table(
            self,
            "runtime",
            env=env,
            key=key,
            what="runtime",
            label="runtime",
            variable="RUNTIME_TABLE",
            hash_key="userId",
            range_key="courseLesson",
        )
        self.variables: Mapping[str, str] = {
            **self.profiles.variables,
            **self.courses.variables,
            **self.progress.variables,
            "ROSTER_SHARDS": str(env.settings.records.roster_shards),
        }
        self.outputs: Mapping[str, str] = {
            "user_profiles_table_name": self.profiles.name,
            "courses_table_name": self.courses.name,
            "course_progress_table_name": self.progress.name,
        }

    @property
    def all(self) -> tuple[Table, ...]:
        """The five tables."""
        return self.profiles, self.courses, self.progress, self.positions, self.runtime

    @property
    def student_index_arn(self) -> str:
        """The ARN of the index that lists the enrolments of a student."""
        return self.progress.index_arn("student-enrollments-index")

    @property
    def roster_index_arn(self) -> str:
        """The ARN of the index that lists the students of a course."""
        return self.progress.index_arn("course-students-index")
