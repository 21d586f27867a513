# Snapshard from R. Usage: [SNAPSHARD_URL=http://...] Rscript snapshard.R [compilation]
library(jsonlite)

arguments <- commandArgs(trailingOnly = TRUE)
compilation <- if (length(arguments)) arguments[1] else "sim"
api <- paste0(Sys.getenv("SNAPSHARD_URL", "http://127.0.0.1:8080"), "/api/v1/compilations/", compilation)

# The address of a question; values are escaped, so that a + of a strand stays a plus.
address <- function(path, ...) {
  given <- list(...)
  pairs <- mapply(function(name, value) paste0(name, "=", URLencode(as.character(value), reserved = TRUE)), names(given), given)
  paste0(api, path, if (length(given)) "?", paste(pairs, collapse = "&"))
}

# A table with every value whole: nothing is quoted and # is a character, so about=false leaves out the line that
# describes the data. A column is numeric if all of it are numbers; R itself would take a column of F for logical values,
# 007 for 7, and NA in a column of texts for a missing one.
read_table <- function(url) {
  if (!grepl("[?&]about=", url)) url <- paste0(url, if (grepl("?", url, fixed = TRUE)) "&" else "?", "about=false")
  table <- read.delim(url, quote = "", comment.char = "", na.strings = character(), colClasses = "character",
                      check.names = FALSE, encoding = "UTF-8")
  number <- "^(-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][+-]?[0-9]+)?|NA)?$"
  table[] <- lapply(table, function(texts) if (all(grepl(number, texts))) suppressWarnings(as.numeric(texts)) else texts)
  table
}

# An export has every row; a page (/junctions.tsv) would end after 1,000.
few <- list(region = "chr1:1-100,000,000", filter = "samples_count>=5", filter = "strand=+")
junctions <- read_table(do.call(address, c("/junctions:export.tsv", few)))
cat(nrow(junctions), "junctions in 5 samples or more\n")
print(head(junctions[, c("name", "class", "samples_count", "coverage_median")], 3))

# Is one junction seen, and in which tissues?
evidence <- fromJSON(address(paste0("/junctions/", junctions$name[1], "/evidence")))
cat(evidence$summary, "\n")
tissues <- evidence$groups
tissues$fraction <- tissues$n / tissues$N
print(head(tissues[order(-tissues$fraction), c("group", "n", "N", "fraction")], 3), row.names = FALSE)
cat(fromJSON(address("/junctions/chr1:100-200/evidence"))$summary, "\n")

# A row per junction and sample, and the samples' metadata.
reads <- read_table(address("/junctions:export.tsv", region = "chr21", shape = "tidy"))
samples <- read_table(address("/samples.tsv", fields = "rail_id,SMTS"))
reads <- merge(reads, samples, by = "rail_id")
print(sort(tapply(reads$coverage, reads$SMTS, sum), decreasing = TRUE)[1:3])

# The same as a matrix with its row and column keys; Bioconductor's SummarizedExperiment takes the three parts as they are:
# SummarizedExperiment(list(counts = counts), rowData = unique(reads[, c("snaptron_id", "chromosome", "start", "end", "strand")]),
#                      colData = samples[match(colnames(counts), samples$rail_id), ])
counts <- xtabs(coverage ~ snaptron_id + rail_id, reads)
cat(nrow(counts), "junctions x", ncol(counts), "samples\n")
