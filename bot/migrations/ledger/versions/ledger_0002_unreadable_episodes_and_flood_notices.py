"""episodes may end because a stored event cannot be read; a flood of messages is told once"""

import sqlalchemy as sa
from alembic import op

revision = "ledger_0002"
down_revision = "ledger_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("conversation", sa.Column("flood_notice_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("episode", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_episode_outcome"), type_="check")
        batch_op.create_check_constraint(op.f("ck_episode_outcome"), "outcome IN ('silence', 'identity', 'logout', 'length', 'unreadable')")


def downgrade() -> None:
    op.drop_column("conversation", "flood_notice_at")
    op.execute("UPDATE episode SET outcome = 'length' WHERE outcome = 'unreadable'")
    with op.batch_alter_table("episode", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_episode_outcome"), type_="check")
        batch_op.create_check_constraint(op.f("ck_episode_outcome"), "outcome IN ('silence', 'identity', 'logout', 'length')")
