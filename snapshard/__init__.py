"""Snapshard: a sharded SQL index of RNA-seq exon-exon junctions."""
