"""How far a load has come. Rows live until it has ended: what is left was interrupted."""

from django.db import models


class Load(models.Model):
    key = models.TextField(unique=True, help_text="Digest of its files and options.")
    began_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"load begun at {self.began_at:%Y-%m-%d %H:%M}"


class LoadPiece(models.Model):
    """Written in the transaction that stored the piece: both are there, or neither."""

    load = models.ForeignKey(Load, models.CASCADE)
    number = models.IntegerField(null=True, help_text="Place in the load; null: a later round.")
    stored = models.IntegerField(default=0)
    replaced = models.IntegerField(default=0)
    skipped = models.IntegerField(default=0)
    rejects = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint("load", "number", name="load_piece")]

    def __str__(self) -> str:
        return f"piece {self.number} of load {self.load_id}"


class LoadDeferred(models.Model):
    """A resource that has to wait for another one, which may be in a later file."""

    load = models.ForeignKey(Load, models.CASCADE)
    source = models.TextField()
    place = models.TextField()
    content = models.TextField()

    def __str__(self) -> str:
        return f"{self.source}, {self.place}"
