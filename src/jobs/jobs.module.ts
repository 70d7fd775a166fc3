import { Module } from '@nestjs/common';
import { JobQueue } from './job-queue';
import { JobRunner } from './job-runner';
import { Jobs } from './jobs.service';

@Module({ providers: [JobQueue, JobRunner, Jobs], exports: [Jobs] })
export class JobsModule {}
