"""what proves who is writing: tokens that were used, codes that were asked for and guessed, questions that wait for one"""

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
    op.create_table(
        "step_up",
        sa.Column("conversation_id", sa.String(32), nullable=False),
        sa.Column("desk", sa.String(64), nullable=False),
        sa.Column("inbound_id", sa.String(32), nullable=False),
        sa.Column("question", sa.JSON(), nullable=True),
        sa.Column("digest", sa.String(64), nullable=True),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.Column("confirmed_until", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name=op.f("fk_step_up_conversation_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("conversation_id", name=op.f("pk_step_up")),
    )
    op.create_index(op.f("ix_step_up_asked_at"), "step_up", ["asked_at"])
    op.create_table(
        "guesses",
        sa.Column("desk", sa.String(64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locks", sa.Integer(), nullable=False),
        sa.Column("failed_at", MOMENT, nullable=True),
        sa.Column("locked_until", MOMENT, nullable=True),
        sa.Column("void_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("desk", name=op.f("pk_guesses")),
    )
    op.create_table(
        "code_sent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("desk", sa.String(64), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_sent")),
    )
    op.create_index("ix_code_sent_desk_at", "code_sent", ["desk", "at"])
    op.add_column("message", sa.Column("resumes", sa.JSON(), nullable=True))


def downgrade() -> None:
    """Nobody is confirmed any more, and every token may be used again as long as it lives."""
    op.drop_column("message", "resumes")
    for table in ("code_sent", "guesses", "step_up", "one_use"):
        op.drop_table(table)
