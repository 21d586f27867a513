"""Backup, restore and upgrade of a data folder, by dumps of its databases.

- `dumps` copies databases with pg_dump and pg_restore.
- `archive` is the file of a backup: the dumps and a list of them, in a zip file.
- `folder` writes and restores a backup, and moves a folder to a new version of PostgreSQL.
"""

from snapshard_populate.backup.folder import back_up, restore, upgrade

__all__ = ["back_up", "restore", "upgrade"]
