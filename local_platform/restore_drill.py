"""The restore drill on the AWS emulator: back up, damage, restore beside, copy back, verify by checksum.

    python -m local_platform.restore_drill

Uses the same code as a real restore (`tools.operate.restore`) on a table of the same shape, in an AWS emulator of
its own. The emulator's point-in-time recovery always restores the present, so the drill uses an on-demand backup.
"""

import os
import socket
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from education.errors import UserError
from local_platform.isolation import isolate
from local_platform.strict.instance import strict_aws
from tools.operate.restore import Restore, bring_back
from tools.support.command_line import command_line
from tools.support.steps import step

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TABLE = "education-course-progress-drill"
STUDENTS, COURSES = 200, 3


def fill(dynamodb: "DynamoDBClient") -> None:
    """Make a table with the progress table's key, and write students' progress to it."""
    dynamodb.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": "userId", "AttributeType": "S"},
            {"AttributeName": "courseId", "AttributeType": "S"},
        ],
        KeySchema=[
            {"AttributeName": "userId", "KeyType": "HASH"},
            {"AttributeName": "courseId", "KeyType": "RANGE"},
        ],
    )
    for student in range(STUDENTS):
        for course in range(COURSES):
            dynamodb.put_item(
                TableName=TABLE,
                Item={
                    "userId": {"S": f"student-{student}"},
                    "courseId": {"S": f"course-{course}"},
                    "completionPercentage": {"N": str(student % 101)},
                    "completedLessons": {"SS": ["one", "two"]},
                },
            )


def damage(dynamodb: "DynamoDBClient") -> None:
    """Do what a faulty release might do: delete items, overwrite items and add items."""
    for student in range(0, STUDENTS, 4):
        key = {"userId": {"S": f"student-{student}"}, "courseId": {"S": "course-0"}}
        dynamodb.delete_item(TableName=TABLE, Key=key)
    for student in range(1, STUDENTS, 4):
        item = {"userId": {"S": f"student-{student}"}, "courseId": {"S": "course-1"}}
        dynamodb.put_item(TableName=TABLE, Item={**item, "completionPercentage": {"N": "0"}})
    for stray in range(30):
        item = {"userId": {"S": f"stray-{stray}"}, "courseId": {"S": "course-0"}}
        dynamodb.put_item(TableName=TABLE, Item=item)


def drill(dynamodb: "DynamoDBClient") -> None:
    """Run the drill; raises `UserError` if the table differs from what it was before the damage."""
    restore = Restore(dynamodb, TABLE)
    with step(f"filling {TABLE}"):
        fill(dynamodb)
        before = restore.checksum(TABLE)
    with step("backing up"):
        backup = dynamodb.create_backup(TableName=TABLE, BackupName="drill")["BackupDetails"]["BackupArn"]
    with step("damaging"):
        damage(dynamodb)
        if restore.checksum(TABLE) == before:
            raise UserError("the damage did nothing, so this proves nothing.")
    bring_back(restore, backup=backup)
    if restore.checksum(TABLE) != before:
        raise UserError(f"{TABLE} is not what it was before the damage.")
    print(f"{TABLE} is what it was before the damage")


def main() -> None:
    """The command line."""
    isolate(os.environ)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with (
        tempfile.TemporaryDirectory(prefix="education-drill-") as folder,
        strict_aws(Path(folder), port) as aws,
    ):
        drill(aws.client("dynamodb"))


if __name__ == "__main__":
    sys.exit(command_line(main))
