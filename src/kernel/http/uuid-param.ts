import { Param, type PipeTransform } from '@nestjs/common';
import { isUUID } from 'class-validator';
import { Problem } from './problem';

const pipe: PipeTransform<string, string> = {
  transform: (value, { data = 'id' }) => {
    if (isUUID(value)) return value.toLowerCase();
    throw Problem.invalid({ field: data, code: 'uuid.invalid' });
  },
};

/** An id in the path that is looked up by a service, and not by an ownership guard. */
export const UuidParam = (name: string) => Param(name, pipe);
