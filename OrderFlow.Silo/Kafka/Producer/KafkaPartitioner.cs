using System.Buffers.Binary;

namespace OrderFlow.Silo.Kafka.Producer;

/// <summary>The partition of a key, as the producer and the Java clients choose it: murmur2, made positive, modulo the number of partitions.</summary>
internal static class KafkaPartitioner
{
    public static int PartitionOf(ReadOnlySpan<byte> key, int partitions) => (int)(Murmur2(key) & 0x7fffffff) % partitions;

    private static uint Murmur2(ReadOnlySpan<byte> data)
    {
        const uint M = 0x5bd1e995;
        var hash = 0x9747b28c ^ (uint)data.Length;
        for (; data.Length >= sizeof(uint); data = data[sizeof(uint)..])
        {
            var word = BinaryPrimitives.ReadUInt32LittleEndian(data) * M;
            hash = (hash * M) ^ ((word ^ (word >> 24)) * M);
        }

        for (var i = data.Length - 1; i >= 0; i--) hash ^= (uint)data[i] << (8 * i);
        if (data.Length > 0) hash *= M;
        hash = (hash ^ (hash >> 13)) * M;
        return hash ^ (hash >> 15);
    }
}
