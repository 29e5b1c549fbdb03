"""when a customer last said whether they want what we begin ourselves, so that older news that comes later changes nothing"""

import sqlalchemy as sa
from alembic import op

revision = "ledger_0012"
down_revision = "ledger_0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("conversation", sa.Column("wished_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE conversation SET wished_at = opted_out_at")


def downgrade() -> None:
    op.drop_column("conversation", "wished_at")
