"""privacy: sealed copies, the disclosure ledger, who was told not to send secrets, room for sealed second factors"""

import sqlalchemy as sa
from alembic import op

revision = "ledger_0010"
down_revision = "ledger_0009"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    for column in ("secrets_notice_at", "pieces_until"):
        op.add_column("conversation", sa.Column(column, MOMENT, nullable=True))
    with op.batch_alter_table("agent") as batch_op:
        batch_op.alter_column("second_factor", existing_type=sa.String(64), type_=sa.String(255), existing_nullable=True)
    op.create_table(
        "sealed",
        sa.Column("message_id", sa.String(32), nullable=False),
        sa.Column("kinds", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("box", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_sealed_message_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_sealed")),
    )
    op.create_index(op.f("ix_sealed_at"), "sealed", ["at"])
    _disclosures()


def _disclosures() -> None:
    op.create_table(
        "disclosure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(32), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("teller", sa.String(64), nullable=False),
        sa.Column("message_id", sa.String(32), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("desk", sa.String(64), nullable=True),
        sa.Column("person", sa.String(64), nullable=True),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("proof", sa.String(64), nullable=True),
        sa.Column("fields", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.CheckConstraint("kind IN ('told', 'read', 'opened')", name=op.f("ck_disclosure_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disclosure")),
        sa.UniqueConstraint("conversation_id", "n", name=op.f("uq_disclosure_conversation_id_n")),
    )
    for column in ("at", "desk", "message_id"):
        op.create_index(op.f(f"ix_disclosure_{column}"), "disclosure", [column])
    op.create_table(
        "disclosure_anchor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("ends", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disclosure_anchor")),
    )


def downgrade() -> None:
    """What was sealed, and the disclosure ledger, are lost; agents whose second factor is sealed set it up anew."""
    for table in ("disclosure_anchor", "disclosure", "sealed"):
        op.drop_table(table)
    op.execute("UPDATE agent SET second_factor = NULL, second_factor_at = NULL WHERE length(second_factor) > 64")
    with op.batch_alter_table("agent") as batch_op:
        batch_op.alter_column("second_factor", existing_type=sa.String(255), type_=sa.String(64), existing_nullable=True)
    with op.batch_alter_table("conversation") as batch_op:
        for column in ("secrets_notice_at", "pieces_until"):
            batch_op.drop_column(column)
