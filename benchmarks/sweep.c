/* The bound that no sweep beats by much: one multiply-add an edge, in topological order. */
#include <stdint.h>
#include <string.h>

void forward(int64_t n, const uint64_t *ptr, const uint32_t *heads, const double *weights, double *values, int64_t source)
{
    memset(values, 0, n * sizeof *values);
    values[source] = 1;
    for (int64_t node = 0; node < n; node++)
        for (uint64_t edge = ptr[node]; edge < ptr[node + 1]; edge++)
            values[heads[edge]] += values[node] * weights[edge];
}

/* The same over rows in the order of the ids as given, each node looked up in its turn. */
void forward_as_given(int64_t n, const int64_t *order, const uint64_t *ptr, const uint32_t *heads, const double *weights, double *values, int64_t source)
{
    memset(values, 0, n * sizeof *values);
    values[source] = 1;
    for (int64_t place = 0; place < n; place++) {
        int64_t node = order[place];
        for (uint64_t edge = ptr[node]; edge < ptr[node + 1]; edge++)
            values[heads[edge]] += values[node] * weights[edge];
    }
}

void reverse(int64_t n, const uint64_t *ptr, const uint32_t *heads, const double *weights, double *values, int64_t target)
{
    memset(values, 0, n * sizeof *values);
    values[target] = 1;
    for (int64_t node = n - 1; node >= 0; node--) {
        double value = values[node];
        for (uint64_t edge = ptr[node]; edge < ptr[node + 1]; edge++)
            value += weights[edge] * values[heads[edge]];
        values[node] = value;
    }
}
