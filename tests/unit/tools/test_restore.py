"""A damaged table is restored from its backup under its own name: the drill, on an AWS emulator of its own."""

from pathlib import Path

import pytest

from education.errors import UserError
from local_platform.restore_drill import TABLE, damage, drill
from local_platform.strict.instance import strict_aws
from tests.ports import free_port
from tools.operate.restore import Restore, bring_back


def test_the_drill_brings_everything_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    with strict_aws(tmp_path, port) as aws:
        dynamodb = aws.client("dynamodb")
        drill(dynamodb)
        assert f"{TABLE}-restored" not in dynamodb.list_tables()["TableNames"]
        backup = dynamodb.create_backup(TableName=TABLE, BackupName="again")["BackupDetails"]["BackupArn"]
        damage(dynamodb)
        monkeypatch.setattr(Restore, "copy_back", lambda *_: None)
        with pytest.raises(UserError, match="still differ"):
            bring_back(Restore(dynamodb, TABLE), backup=backup)
        dynamodb.close()
