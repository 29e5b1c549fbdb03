"""an episode holds the events that its next turn starts from, instead of a row for each"""

import json

import sqlalchemy as sa
from alembic import op

revision = "ledger_0003"
down_revision = "ledger_0002"
branch_labels = None
depends_on = None

EPISODE = sa.table("episode", sa.column("id", sa.Integer), sa.column("events", sa.JSON))


def upgrade() -> None:
    with op.batch_alter_table("episode", schema=None) as batch_op:
        batch_op.drop_column("events")
    with op.batch_alter_table("episode", schema=None) as batch_op:
        batch_op.add_column(sa.Column("events", sa.JSON(), server_default="[]", nullable=False))
    kept: dict[int, list] = {}
    for episode, event in op.get_bind().execute(sa.text("SELECT episode_id, event FROM session_event ORDER BY episode_id, n")):
        kept.setdefault(episode, []).append(json.loads(event) if isinstance(event, str) else event)
    for episode, events in kept.items():
        op.execute(sa.update(EPISODE).where(EPISODE.c.id == episode).values(events=events))
    op.drop_table("session_event")
    with op.batch_alter_table("episode", schema=None) as batch_op:
        batch_op.alter_column("events", server_default=None)


def downgrade() -> None:
    op.create_table(
        "session_event",
        sa.Column("episode_id", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("event", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["episode_id"], ["episode.id"], name=op.f("fk_session_event_episode_id")),
        sa.PrimaryKeyConstraint("episode_id", "n", name=op.f("pk_session_event")),
    )
    with op.batch_alter_table("episode", schema=None) as batch_op:
        batch_op.drop_column("events")
    with op.batch_alter_table("episode", schema=None) as batch_op:
        batch_op.add_column(sa.Column("events", sa.Integer(), server_default="0", nullable=False))
