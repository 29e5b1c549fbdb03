"""privacy: who was told not to send secrets"""

import sqlalchemy as sa
from alembic import op

revision = "ledger_0010"
down_revision = "ledger_0008"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("conversation", sa.Column("secrets_notice_at", MOMENT, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("conversation") as batch_op:
        batch_op.drop_column("secrets_notice_at")
