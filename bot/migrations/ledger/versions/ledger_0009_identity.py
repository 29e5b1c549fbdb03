"""what proves who is writing: tokens that were used"""

import sqlalchemy as sa
from alembic import op

revision = "ledger_0009"
down_revision = "ledger_0008"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "one_use",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_one_use")),
    )
    op.create_index(op.f("ix_one_use_until"), "one_use", ["until"])


def downgrade() -> None:
    op.drop_table("one_use")
