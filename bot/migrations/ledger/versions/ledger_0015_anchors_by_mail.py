"""when an anchor of the disclosure ledger was mailed out of the house"""

import sqlalchemy as sa
from alembic import op

revision = "ledger_0015"
down_revision = "ledger_0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("disclosure_anchor", sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("disclosure_anchor", "mailed_at")
