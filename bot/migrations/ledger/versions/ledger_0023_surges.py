"""far more customers than usual who ask about one topic: since when, and how many instead of how many"""

import sqlalchemy as sa
from alembic import op

revision = "ledger_0023"
down_revision = "ledger_0022"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
ON = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "surge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(64), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("usually", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_surge")),
    )
    op.create_index("uq_surge_open", "surge", ["topic"], unique=True, sqlite_where=ON, postgresql_where=ON)
    op.create_index(op.f("ix_surge_seen_at"), "surge", ["seen_at"])


def downgrade() -> None:
    op.drop_table("surge")
