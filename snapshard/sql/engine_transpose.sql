-- Junctions with all their samples from the matrices of studies. Table: cell (a row per junction and sample of a study, with the
-- columns of its RR file). A junction has the same annotation in every study.

WITH junction AS (
    SELECT chromosome, start, "end", strand, max(length) AS length, max(annotated) AS annotated,
        max(left_motif) AS left_motif, max(right_motif) AS right_motif,
        max(left_annotated) AS left_annotated, max(right_annotated) AS right_annotated,
        {samples} AS samples,
        count(*) AS samples_count, CAST(sum(reads) AS BIGINT) AS coverage_sum, avg(reads) AS coverage_avg, median(reads) AS coverage_median
    FROM cell
    WHERE reads > 0
    GROUP BY chromosome, start, "end", strand
)
SELECT row_number() OVER (PARTITION BY chromosome ORDER BY start, "end", strand) AS number, *
FROM junction
