-- The samples of every group that have a junction with enough reads, for every junction that any of them has.

SELECT chromosome, start, "end", strand, number, count(*) AS samples
FROM pair JOIN member USING (rail_id)
WHERE reads >= {min_reads}
GROUP BY chromosome, start, "end", strand, number
