-- Every junction in every group of samples that has it. Tables: pair (a row per junction and sample), member (rail_id, "group").

SELECT chromosome, snaptron_id, start, "end", strand, "group",
    count(*) AS samples, CAST(sum(reads) AS BIGINT) AS reads, median(reads) AS median, max(reads) AS maximum
FROM pair JOIN member USING (rail_id)
WHERE reads > 0
GROUP BY chromosome, snaptron_id, start, "end", strand, "group"
