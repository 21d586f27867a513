-- After the rows are in: density per zoom level, coarser levels from the finer ones, and the keys of what stands beside the rows.

INSERT INTO {schema}.density (bin_size, chromosome, bin, junctions, annotated, coverage)
SELECT 10000, chromosome, (start - 1) / 10000, count(*), count(*) FILTER (WHERE class = 'DA'), sum(coverage_sum)
FROM {schema}.junction GROUP BY 2, 3 ORDER BY 2, 3;
INSERT INTO {schema}.density SELECT 100000, chromosome, bin / 10, sum(junctions), sum(annotated), sum(coverage)
FROM {schema}.density WHERE bin_size = 10000 GROUP BY 2, 3 ORDER BY 2, 3;
INSERT INTO {schema}.density SELECT 1000000, chromosome, bin / 10, sum(junctions), sum(annotated), sum(coverage)
FROM {schema}.density WHERE bin_size = 100000 GROUP BY 2, 3 ORDER BY 2, 3;
INSERT INTO {schema}.density SELECT 10000000, chromosome, bin / 10, sum(junctions), sum(annotated), sum(coverage)
FROM {schema}.density WHERE bin_size = 1000000 GROUP BY 2, 3 ORDER BY 2, 3;
ALTER TABLE {schema}.density ADD PRIMARY KEY (bin_size, chromosome, bin);
ALTER TABLE {schema}.junction_summary ADD PRIMARY KEY (block);
