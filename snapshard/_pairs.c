/* Sample lists in C: what snapshard/pairs.py and snapshard/rows.py do with numpy, several times faster.
 *
 * The module is optional. Without it, or where a function here returns None, the numpy code answers; tests
 * compare the two byte for byte. Only the stable ABI of Python 3.11 is used, and arrays come in as buffers,
 * so one build serves every later Python and any numpy.
 *
 * What must hold: no text that comes in makes a function read or write outside of its buffers. Every loop
 * therefore checks the end of the text, although a list has passed the loader's checks.
 *
 * A number of more than 18 digits does not fit an int64; for it the functions return None.
 */

#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030B0000
#include <Python.h>
#include <stdint.h>
#include <string.h>

#define MOST_DIGITS 18
/* Sums up to this are exact as doubles, so that a mean is the quotient that Python computes. */
#define LARGEST_EXACT ((int64_t)1 << 53)
/* Bytes that the recomputed statistics of a row take at most: two integers, two decimals, four tabs. */
#define STATISTICS_BYTES 128

typedef struct {
    const char *at, *end;
} Text;

/* The number at the text's position, which moves behind it; -1 if there is no digit or too many. */
static int64_t
read_number(Text *text)
{
    const char *first = text->at;
    int64_t number = 0;
    while (text->at < text->end) {
        unsigned digit = (unsigned char)*text->at - '0';
        if (digit > 9)
            break;
        if (text->at - first == MOST_DIGITS)
            return -1;
        number = number * 10 + digit;
        text->at++;
    }
    return text->at == first ? -1 : number;
}

/* Whether the next byte is this one; the position moves behind it. */
static int
passes(Text *text, char byte)
{
    if (text->at == text->end || *text->at != byte)
        return 0;
    text->at++;
    return 1;
}

/* The next pair of `,sample:coverage`; 0 if there is none at the position. */
static int
read_pair(Text *text, int64_t *sample, int64_t *coverage)
{
    if (!passes(text, ',') || (*sample = read_number(text)) < 0)
        return 0;
    return passes(text, ':') && (*coverage = read_number(text)) >= 0;
}

PyDoc_STRVAR(count_pairs_doc,
"count_pairs(text) -> int\n\n"
"The number of commas, which is the number of pairs of well formed lists.");

static PyObject *
count_pairs(PyObject *module, PyObject *text_object)
{
    Py_buffer text;
    if (PyObject_GetBuffer(text_object, &text, PyBUF_SIMPLE) < 0)
        return NULL;
    const char *bytes = text.buf;
    Py_ssize_t count = 0;
    for (Py_ssize_t i = 0; i < text.len; i++)
        count += bytes[i] == ',';
    PyBuffer_Release(&text);
    return PyLong_FromSsize_t(count);
}

PyDoc_STRVAR(parse_pairs_doc,
"parse_pairs(text, samples, spans, coverages) -> True or None\n\n"
"Fills three int64 arrays with the sample, the offset of the comma and the reads of every pair.\n"
"None if the lists are not well formed, a number has more than 18 digits, or the arrays do not have\n"
"one element for each pair; the arrays are then of no use.");

static PyObject *
parse_pairs(PyObject *module, PyObject *arguments)
{
    Py_buffer text, samples, spans, coverages;
    if (!PyArg_ParseTuple(arguments, "y*w*w*w*", &text, &samples, &spans, &coverages))
        return NULL;
    Py_ssize_t room = samples.len / (Py_ssize_t)sizeof(int64_t), count = 0;
    int fits = spans.len == samples.len && coverages.len == samples.len;
    Text rest = {text.buf, (const char *)text.buf + text.len};
    int64_t *sample = samples.buf, *span = spans.buf, *coverage = coverages.buf;
    Py_BEGIN_ALLOW_THREADS
    while (fits && count < room && rest.at < rest.end) {
        span[count] = rest.at - (const char *)text.buf;
        fits = read_pair(&rest, &sample[count], &coverage[count]);
        count++;
    }
    fits = fits && count == room && rest.at == rest.end;
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&text);
    PyBuffer_Release(&samples);
    PyBuffer_Release(&spans);
    PyBuffer_Release(&coverages);
    if (fits)
        Py_RETURN_TRUE;
    Py_RETURN_NONE;
}

/* The k-th smallest of some values (from 0), which are put in order around it (Hoare's selection). */
static int64_t
select_kth(int64_t *values, Py_ssize_t count, Py_ssize_t k)
{
    Py_ssize_t low = 0, high = count - 1;
    while (low < high) {
        int64_t pivot = values[low + (high - low) / 2];
        Py_ssize_t i = low, j = high;
        while (i <= j) {
            while (values[i] < pivot)
                i++;
            while (values[j] > pivot)
                j--;
            if (i <= j) {
                int64_t value = values[i];
                values[i++] = values[j];
                values[j--] = value;
            }
        }
        if (k <= j)
            high = j;
        else if (k >= i)
            low = i;
        else
            break;
    }
    return values[k];
}

/* Twice the median: the sum of the middle two of an even number, else twice the middle one. */
static int64_t
doubled_median(int64_t *values, Py_ssize_t count)
{
    int64_t high = select_kth(values, count, count / 2), low;
    if (count % 2)
        return 2 * high;
    low = values[0];
    for (Py_ssize_t i = 1; i < count / 2; i++)
        if (values[i] > low)
            low = values[i];
    return low + high;
}

static char *
write_integer(char *out, int64_t number)
{
    char digits[20];
    int count = 0;
    do
        digits[count++] = (char)('0' + number % 10);
    while (number /= 10);
    while (count)
        *out++ = digits[--count];
    return out;
}

/* A quotient as `decimal_text` writes it; NULL with an exception set on failure. */
static char *
write_decimal(char *out, int64_t number, int64_t divisor)
{
    /* Python writes an exponent from 1e12 on, as %.12g does. */
    if (number % divisor == 0 && number / divisor < 100000000000) {
        out = write_integer(out, number / divisor);
        *out++ = '.';
        *out++ = '0';
        return out;
    }
    double value = (double)number / (double)divisor;
    char *text = PyOS_double_to_string(value, 'g', 12, Py_DTSF_ADD_DOT_0, NULL);
    if (text == NULL)
        return NULL;
    size_t length = strlen(text);
    memcpy(out, text, length);
    PyMem_Free(text);
    return out + length;
}

/* Behind this many tabs; NULL if the line has fewer. */
static const char *
behind_tabs(const char *at, const char *end, Py_ssize_t tabs)
{
    for (; tabs > 0; tabs--) {
        at = memchr(at, '\t', end - at);
        if (at == NULL)
            return NULL;
        at++;
    }
    return at;
}

typedef struct {
    const char *table;
    Py_ssize_t table_length;
    int zeros;
    int64_t *values;
} Restriction;

/* Copies the pairs of a list that stay, and counts them; -1 for a list that is not well formed. */
static Py_ssize_t
restrict_list(const Restriction *restriction, Text list, char **out, int64_t *total)
{
    Py_ssize_t count = 0;
    char *to = *out;
    *total = 0;
    while (list.at < list.end) {
        const char *first = list.at;
        int64_t sample, coverage;
        if (!read_pair(&list, &sample, &coverage))
            return -1;
        if (sample >= restriction->table_length || !restriction->table[sample])
            continue;
        if (coverage == 0 && !restriction->zeros)
            continue;
        memcpy(to, first, list.at - first);
        to += list.at - first;
        restriction->values[count++] = coverage;
        if ((*total += coverage) > LARGEST_EXACT)
            return -1;
    }
    *out = to;
    return count;
}

/* Writes a restricted line, or nothing if no pair stays. 1 on success, 0 for a line that is left to the
 * numpy code, -1 with an exception set. */
static int
restrict_line(const Restriction *restriction, Text line, Py_ssize_t column, char **out)
{
    const char *samples = behind_tabs(line.at, line.end, column);
    const char *behind = samples == NULL ? NULL : memchr(samples, '\t', line.end - samples);
    const char *tail = behind == NULL ? NULL : behind_tabs(behind + 1, line.end, 4);
    if (tail == NULL)
        return 0;
    char *to = *out;
    memcpy(to, line.at, samples - line.at);
    to += samples - line.at;
    int64_t total;
    Py_ssize_t count = restrict_list(restriction, (Text){samples, behind}, &to, &total);
    if (count <= 0)
        return count == 0;
    *to++ = '\t';
    to = write_integer(to, count);
    *to++ = '\t';
    to = write_integer(to, total);
    *to++ = '\t';
    if ((to = write_decimal(to, total, count)) == NULL)
        return -1;
    *to++ = '\t';
    if ((to = write_decimal(to, doubled_median(restriction->values, count), 2)) == NULL)
        return -1;
    /* The tab before the next column belongs to the tail. */
    memcpy(to, tail - 1, line.end - (tail - 1));
    *out = to + (line.end - (tail - 1));
    return 1;
}

PyDoc_STRVAR(restrict_lines_doc,
"restrict_lines(text, column, table, zeros) -> bytes or None\n\n"
"Lines restricted to the samples whose id is true in a table of bytes: `Rows.restrict`. The samples are\n"
"in the column with this number, and the four recomputed statistics follow. None if a line is not well\n"
"formed, or a number or sum is too large.");

static PyObject *
restrict_lines(PyObject *module, PyObject *arguments)
{
    Py_buffer text, table;
    Py_ssize_t column, lines = 0, longest = 0;
    int zeros;
    if (!PyArg_ParseTuple(arguments, "y*ny*p", &text, &column, &table, &zeros))
        return NULL;
    const char *at = text.buf, *end = at + text.len;
    while (at < end) {
        const char *newline = memchr(at, '\n', end - at);
        Py_ssize_t length = (newline == NULL ? end : newline + 1) - at;
        longest = length > longest ? length : longest;
        at += length;
        lines++;
    }
    /* A pair has at least four bytes. */
    int64_t *values = PyMem_Malloc((longest / 4 + 1) * sizeof(int64_t));
    char *buffer = PyMem_Malloc(text.len + lines * STATISTICS_BYTES + 1), *out = buffer;
    int status = values != NULL && buffer != NULL ? 1 : -1;
    if (status < 0)
        PyErr_NoMemory();
    Restriction restriction = {table.buf, table.len, zeros, values};
    for (at = text.buf; status == 1 && at < end;) {
        const char *newline = memchr(at, '\n', end - at);
        if (newline == NULL) {
            status = 0;
            break;
        }
        status = restrict_line(&restriction, (Text){at, newline + 1}, column, &out);
        at = newline + 1;
    }
    PyObject *result = status == 1 ? PyBytes_FromStringAndSize(buffer, out - buffer) : NULL;
    PyMem_Free(buffer);
    PyMem_Free(values);
    PyBuffer_Release(&text);
    PyBuffer_Release(&table);
    if (status == 0)
        Py_RETURN_NONE;
    return result;
}

static PyMethodDef methods[] = {
    {"count_pairs", count_pairs, METH_O, count_pairs_doc},
    {"parse_pairs", parse_pairs, METH_VARARGS, parse_pairs_doc},
    {"restrict_lines", restrict_lines, METH_VARARGS, restrict_lines_doc},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {{0, NULL}};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "snapshard._pairs",
    .m_doc = "Sample lists in C; snapshard/pairs.py and snapshard/rows.py use it if it was built.",
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC
PyInit__pairs(void)
{
    return PyModuleDef_Init(&definition);
}
